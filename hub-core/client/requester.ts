import type { Clock } from '../common/base/clock.ts';
import { DeadlineWheel } from '../common/dispatch/deadline-wheel.ts';
import { Kind, type Message } from '../common/protocol/message.ts';
import { ConnectionLostError, DeadlineError } from './errors.ts';
import type { Link, LinkEnd } from './link.ts';
import { PendingRequest, type RequestFields } from './pending-request.ts';
import { Reply } from './reply.ts';

/**
 * How long past its deadline a request that was sent still waits: the hub's own 504 says which service was late, and the
 * hub counts the time as well, so it is let in when it comes. This is the safety net for when it does not.
 */
const GRACE_MS = 250;
/** Times a request is sent at most: one that takes its connection down with it must not take down every next one. */
const MAX_ATTEMPTS = 3;

export interface RequesterDeps {
  readonly clock: Clock;
  /** A link that takes requests now. */
  readonly pick: () => Link | undefined;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly resendable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Goes over this link or not at all. */
  readonly pinnedTo?: Link | undefined;
}

/** Requests of ours, from the call to the one settlement. Whatever becomes of the connections, none is left waiting. */
export class Requester {
  readonly #deps: RequesterDeps;
  /** For a link, in the order of the calls. */
  readonly #waiting = new Set<PendingRequest>();
  readonly #deadlines: DeadlineWheel<PendingRequest>;

  constructor(deps: RequesterDeps) {
    this.#deps = deps;
    this.#deadlines = new DeadlineWheel({ clock: deps.clock, onExpire: (pending) => this.#expire(pending) });
  }

  /** Requests that wait for a link. */
  get waiting(): number {
    return this.#waiting.size;
  }

  send(fields: RequestFields, options: SendOptions): Promise<Reply> {
    const { signal, timeoutMs, resendable, pinnedTo } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const deadlineMs = this.#deps.clock.nowMs() + timeoutMs;
    const pending = new PendingRequest({ fields, deadlineMs, resendable, pinnedTo });
    if (signal !== undefined) pending.listen(signal, () => this.#giveUp(pending, signal.reason));
    this.#deadlines.add(pending, deadlineMs);
    // Those that came earlier go first.
    if (pinnedTo === undefined && this.#waiting.size > 0) this.#waiting.add(pending);
    else this.#place(pending);
    return pending.reply;
  }

  /** Writes a request that has no answer. @throws {ConnectionLostError} when no link takes it now */
  sendOneWay(fields: RequestFields, timeoutMs: number): void {
    const link = this.#deps.pick();
    if (link === undefined) {
      throw new ConnectionLostError(`Cannot send "${fields.uri ?? ''}": no connection takes it now`);
    }
    const id = link.inFlight.nextId();
    link.send({ ...fields, kind: Kind.Request, id, timeoutMs: Math.ceil(timeoutMs) });
  }

  /** Sends what waited, as far as there is room. */
  flush(): void {
    for (const pending of this.#waiting) {
      const link = this.#deps.pick();
      if (link === undefined) return;
      this.#waiting.delete(pending);
      this.#sendOver(link, pending);
    }
  }

  /** A Response came; late ones belong to nobody and are dropped. */
  respond(link: Link, response: Message): void {
    const pending = link.inFlight.take(response.id);
    if (pending !== undefined) this.#settle(pending, () => pending.resolve(new Reply(response)));
    if (this.#waiting.size > 0) this.flush();
  }

  linkClosed(link: Link, end: LinkEnd): void {
    for (const pending of link.inFlight.takeAll()) {
      pending.link = undefined;
      if (this.#mayResend(pending)) this.#place(pending);
      else this.#settle(pending, () => pending.reject(lost(pending, end.text)));
    }
  }

  /** Nothing will ever be sent again. */
  failAll(links: readonly Link[], error: Error): void {
    const all = [...this.#waiting, ...links.flatMap((link) => link.inFlight.takeAll())];
    this.#waiting.clear();
    for (const pending of all) this.#settle(pending, () => pending.reject(error));
  }

  [Symbol.dispose](): void {
    this.#deadlines[Symbol.dispose]();
  }

  #mayResend(pending: PendingRequest): boolean {
    const timeLeft = pending.deadlineMs > this.#deps.clock.nowMs();
    return pending.resendable && pending.pinnedTo === undefined && pending.attempts < MAX_ATTEMPTS && timeLeft;
  }

  #place(pending: PendingRequest): void {
    const { pinnedTo } = pending;
    const link = pinnedTo ?? this.#deps.pick();
    if (pinnedTo?.isOpen === false) this.#settle(pending, () => pending.reject(lost(pending, 'it was closed')));
    else if (link === undefined) this.#waiting.add(pending);
    else this.#sendOver(link, pending);
  }

  #sendOver(link: Link, pending: PendingRequest): void {
    const leftMs = pending.deadlineMs - this.#deps.clock.nowMs();
    const id = link.inFlight.open(pending);
    pending.link = link;
    pending.id = id;
    pending.attempts += 1;
    try {
      link.send({ ...pending.fields, kind: Kind.Request, id, timeoutMs: Math.max(1, Math.ceil(leftMs)) });
    } catch (error) {
      // Too large, or a field out of the wire's range: this request's own fault, and nothing was sent.
      link.inFlight.take(id);
      this.#settle(pending, () => pending.reject(error));
    }
  }

  #expire(pending: PendingRequest): void {
    const graceEndsMs = pending.deadlineMs + GRACE_MS;
    if (pending.link !== undefined && this.#deps.clock.nowMs() < graceEndsMs) {
      this.#deadlines.add(pending, graceEndsMs);
      return;
    }
    const state = pending.attempts === 0 ? 'no connection took it in time' : 'no answer came in time';
    this.#giveUp(pending, new DeadlineError(`Cannot finish request "${pending.fields.uri ?? ''}": ${state}`));
  }

  #giveUp(pending: PendingRequest, reason: unknown): void {
    this.#waiting.delete(pending);
    const { link, id } = pending;
    if (link !== undefined) {
      link.inFlight.take(id);
      link.send({ kind: Kind.Cancel, id });
    }
    this.#settle(pending, () => pending.reject(reason));
    if (this.#waiting.size > 0) this.flush();
  }

  #settle(pending: PendingRequest, settle: () => void): void {
    this.#deadlines.remove(pending);
    settle();
  }
}

function lost(pending: PendingRequest, reason: string): ConnectionLostError {
  return new ConnectionLostError(
    `Cannot finish request "${pending.fields.uri ?? ''}": the connection is lost: ${reason}`,
  );
}
