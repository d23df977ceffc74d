import { RequestError } from '../common/errors/hub-error.ts';
import { remoteErrorFrom } from '../common/errors/wire.ts';
import { Flag, Kind, type Message } from '../common/protocol/message.ts';
import type { StreamLink } from './stream-link.ts';

export interface IncomingStreamDeps {
  readonly id: number;
  readonly link: StreamLink;
  /** Bytes that the sender may be ahead of the reader. */
  readonly windowBytes: number;
  /** The reader wants no more, though there would be. */
  readonly onDidCancel: (reason: unknown) => void;
  /** More came than there was credit for: a reader has got `error` already. */
  readonly onOverrun: (error: Error) => void;
}

/**
 * A body that comes in pieces. Holds no more than the window: the sender gets new credit as the reader takes what came, half
 * a window at a time.
 */
export class IncomingStream {
  /** Pull-based: nothing is taken out before somebody reads. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly #deps: IncomingStreamDeps;
  readonly #queue: Uint8Array[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Lets a reader's pull that found nothing go on. */
  #pulled: (() => void) | undefined;
  #creditLeft: number;
  #taken = 0;
  #ended = false;
  #closed = false;

  constructor(deps: IncomingStreamDeps) {
    this.#deps = deps;
    this.#creditLeft = deps.windowBytes;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: (reason) => this.#cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** Takes a Data. @returns true when it was the last of its stream */
  accept(message: Message): boolean {
    if (this.#ended || this.#closed) return true;
    const { payload, status } = message;
    const isEnd = (message.flags & Flag.End) !== 0;
    if (isEnd && status >= 400) {
      this.fail(remoteErrorFrom(status, payload));
      return true;
    }
    this.#creditLeft -= payload.length;
    if (this.#creditLeft < 0) {
      const error = new RequestError('TOO_LARGE_ERR', 'Cannot take the stream: more came than there was credit for');
      this.fail(error);
      this.#deps.onOverrun(error);
      return true;
    }
    if (payload.length > 0) this.#queue.push(payload);
    this.#ended = isEnd;
    this.#deliver();
    return isEnd;
  }

  /** Breaks the stream off: a reader gets `error` at once, what it has not read is dropped. */
  fail(error: unknown): void {
    if (this.#closed) return;
    this.#close();
    this.#controller?.error(error);
  }

  #pull(): Promise<void> | undefined {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pulled = resolve;
    this.#deliver();
    return this.#pulled === undefined ? undefined : promise;
  }

  /** Hands one chunk, or the end, to a reader that waits. */
  #deliver(): void {
    if (this.#ended && this.#queue.length === 0 && !this.#closed) {
      this.#close();
      this.#controller?.close();
      return;
    }
    const pulled = this.#pulled;
    const chunk = pulled === undefined ? undefined : this.#queue.shift();
    if (pulled === undefined || chunk === undefined) return;
    this.#pulled = undefined;
    this.#controller?.enqueue(chunk);
    this.#grant(chunk.length);
    pulled();
    if (this.#ended && this.#queue.length === 0) this.#deliver();
  }

  #grant(bytes: number): void {
    this.#taken += bytes;
    const { id, link, windowBytes } = this.#deps;
    if (this.#ended || this.#taken < windowBytes / 2) return;
    const credit = this.#taken;
    this.#taken = 0;
    this.#creditLeft += credit;
    link.send({ kind: Kind.Credit, id, credit });
  }

  #cancel(reason: unknown): void {
    if (this.#closed) return;
    this.#close();
    // With its End here, the sender has nothing to be told.
    if (!this.#ended) this.#deps.onDidCancel(reason);
  }

  #close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#pulled?.();
    this.#pulled = undefined;
  }
}
