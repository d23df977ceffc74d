import type { ConnectionId } from '../../../common/base/ids.ts';
import type { Message } from '../../../common/protocol/message.ts';
import type { RelayRequest } from '../../relay.ts';
import type { Answer } from './middleware-chain.ts';
import type { RequestView } from './request-view.ts';

/** A request that waits for a hook. */
export interface HeldRequest {
  readonly request: RelayRequest;
  readonly view: RequestView;
  readonly answer: (answer: Answer) => void;
  /** Of its frame and of the Data that wait with it. */
  bytes: number;
  /** `after`: it has an answer, which a hook looks at. */
  readonly phase: 'before' | 'after';
  /** The layer behind had it, and has told observers of its end. */
  readonly isRelayed: boolean;
  timer: Disposable | undefined;
  /** What came of its stream. */
  readonly data: Message[];
  dataBytes: number;
  /** What its caller grants to the answer that is still to come. */
  credit: number;
}

/** Requests that wait for hooks, by connection and id. Each leaves once. */
export class HeldRequests {
  readonly #byConnection = new Map<ConnectionId, Map<number, HeldRequest>>();
  #size = 0;
  #whenEmpty: PromiseWithResolvers<void> | undefined;

  get size(): number {
    return this.#size;
  }

  get(connection: ConnectionId, requestId: number): HeldRequest | undefined {
    return this.#byConnection.get(connection)?.get(requestId);
  }

  /** How many of one connection, and their bytes. */
  loadOf(connection: ConnectionId): { readonly count: number; readonly bytes: number } {
    const held = this.#byConnection.get(connection);
    let bytes = 0;
    for (const one of held?.values() ?? []) bytes += one.bytes;
    return { count: held?.size ?? 0, bytes };
  }

  add(held: HeldRequest): void {
    const { caller, message } = held.request;
    const own = this.#byConnection.get(caller.connectionId) ?? new Map<number, HeldRequest>();
    own.set(message.id, held);
    this.#byConnection.set(caller.connectionId, own);
    this.#size += 1;
  }

  /** @returns false when it had left already */
  remove(held: HeldRequest): boolean {
    const { caller, message } = held.request;
    const own = this.#byConnection.get(caller.connectionId);
    if (own?.get(message.id) !== held) return false;
    own.delete(message.id);
    if (own.size === 0) this.#byConnection.delete(caller.connectionId);
    this.#size -= 1;
    if (this.#size === 0) {
      this.#whenEmpty?.resolve();
      this.#whenEmpty = undefined;
    }
    held.timer?.[Symbol.dispose]();
    return true;
  }

  /** Resolves when nothing is held, or `signal` aborts. */
  async whenEmpty(signal: AbortSignal): Promise<void> {
    if (this.#size === 0 || signal.aborted) return;
    this.#whenEmpty ??= Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const onAbort = (): void => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([this.#whenEmpty.promise, aborted.promise]);
    signal.removeEventListener('abort', onAbort);
  }

  of(connection: ConnectionId): readonly HeldRequest[] {
    return [...(this.#byConnection.get(connection)?.values() ?? [])];
  }

  all(): readonly HeldRequest[] {
    return [...this.#byConnection.values()].flatMap((own) => [...own.values()]);
  }
}
