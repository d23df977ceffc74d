import type { Message, MessageInit } from '../../common/protocol/message.ts';
import { StreamDirection, type StreamLimits } from './stream-direction.ts';

/** What observers may know of an exchange's streams. */
export interface StreamTotals {
  /** Payload of Data from the caller so far, bytes. */
  readonly requestBytes: number;
  /** Payload of Data from the provider so far, bytes. */
  readonly responseBytes: number;
  /** The Response that said that Data follow; undefined until then. */
  readonly opened: Message | undefined;
}

/**
 * The streams of one exchange. Data pass through; what waits here are Data of a request that no provider has yet, and
 * credit for an answer that has not begun.
 */
export class StreamFlow implements StreamTotals {
  /** From the caller; undefined when its request came whole. */
  readonly request: StreamDirection | undefined;
  /** From the provider. */
  readonly response: StreamDirection;
  opened: Message | undefined = undefined;
  /** A provider got Data or gave credit: the request cannot be handed to another one. */
  touched = false;
  /** The provider has the request and all that waited: Data go straight to it. */
  flowing = false;
  #held: Message[] = [];
  #heldBytes = 0;
  #earlyCredit = 0;

  constructor(limits: StreamLimits, isRequestStream: boolean) {
    this.request = isRequestStream ? new StreamDirection(limits) : undefined;
    this.response = new StreamDirection(limits);
  }

  get requestBytes(): number {
    return this.request?.bytes ?? 0;
  }

  get responseBytes(): number {
    return this.response.bytes;
  }

  /** Bytes that waiting Data keep in memory, about. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Keeps Data until a provider has the request. @returns bytes that it keeps in memory, about */
  hold(data: Message): number {
    const bytes = data.frame?.byteLength ?? data.payload.byteLength;
    this.#held.push(data);
    this.#heldBytes += bytes;
    return bytes;
  }

  /** The first Data that waits, which waits no more. */
  takeHeld(): Message | undefined {
    const data = this.#held.shift();
    if (data !== undefined) this.#heldBytes -= data.frame?.byteLength ?? data.payload.byteLength;
    return data;
  }

  /** Credit that the caller grants before the answer began is passed on when that begins. */
  addEarlyCredit(bytes: number): void {
    this.#earlyCredit += bytes;
  }

  takeEarlyCredit(): number {
    const bytes = this.#earlyCredit;
    this.#earlyCredit = 0;
    return bytes;
  }

  /**
   * The exchange is over: nothing is held any more.
   *
   * @param last how the stream ended
   * @returns the answer as a whole, for those who look on
   */
  settle(last: Message | MessageInit | undefined): Message | MessageInit | undefined {
    this.#held = [];
    this.#heldBytes = 0;
    const { opened } = this;
    if (opened === undefined || last === undefined) return last;
    const status = last.status ?? 0;
    if (status < 400) return opened;
    const { kind, encoding, headers, payload, flags } = opened;
    return { kind, status, encoding, headers, payload, flags };
  }
}
