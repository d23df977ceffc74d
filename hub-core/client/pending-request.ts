import { Timed } from '../common/dispatch/deadline-wheel.ts';
import type { MessageInit } from '../common/protocol/message.ts';
import type { Link } from './link.ts';
import type { Reply } from './reply.ts';

/** A request as it goes out, but for what depends on the moment of sending: its id and what is left of its time. */
export type RequestFields = Omit<MessageInit, 'kind' | 'id' | 'timeoutMs' | 'status' | 'credit'>;

export interface PendingRequestInit {
  readonly fields: RequestFields;
  /** On the clock's monotonic time. */
  readonly deadlineMs: number;
  /** May be sent again when its connection is lost. */
  readonly resendable: boolean;
  /** The only link it may go over. */
  readonly pinnedTo?: Link | undefined;
}

/** One request from `request()` to its settlement, over as many links as it takes. Settles once; later calls do nothing. */
export class PendingRequest extends Timed {
  readonly fields: RequestFields;
  readonly deadlineMs: number;
  readonly resendable: boolean;
  readonly pinnedTo: Link | undefined;
  readonly reply: Promise<Reply>;
  /** Times it was sent. */
  attempts = 0;
  /** Where it waits for its answer; undefined while it waits for a link. */
  link: Link | undefined;
  /** Its correlation id on {@link link}. */
  id = 0;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (reason: unknown) => void;
  #stopListening: (() => void) | undefined;
  #settled = false;

  constructor(init: PendingRequestInit) {
    super();
    this.fields = init.fields;
    this.deadlineMs = init.deadlineMs;
    this.resendable = init.resendable;
    this.pinnedTo = init.pinnedTo;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.reply = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Calls `onAbort` when `signal` aborts before the request is settled. */
  listen(signal: AbortSignal, onAbort: () => void): void {
    signal.addEventListener('abort', onAbort, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', onAbort);
  }

  resolve(reply: Reply): void {
    if (this.#settle()) this.#resolve(reply);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#stopListening?.();
    this.link = undefined;
    return true;
  }
}
