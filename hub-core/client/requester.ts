import type { Clock } from '../common/base/clock.ts';
import { DeadlineWheel } from '../common/dispatch/deadline-wheel.ts';
import { Flag, Kind, type Message } from '../common/protocol/message.ts';
import { WholeAnswer, type Answer } from './answer.ts';
import type { ByteStream } from './byte-stream.ts';
import { ConnectionLostError, DeadlineError } from './errors.ts';
import { IncomingStream } from './incoming-stream.ts';
import type { Link, LinkEnd } from './link.ts';
import { PendingRequest, type RequestFields } from './pending-request.ts';
import type { Reply } from './reply.ts';

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
  /** The body, when it follows in pieces; the request has the flag for it. */
  readonly source?: ByteStream | undefined;
}

/** Requests of ours, from the call to the one end. Whatever becomes of the connections, none is left waiting. */
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

  /** Sends a request and waits for the whole answer. */
  send(fields: RequestFields, options: SendOptions): Promise<Reply> {
    const answer = new WholeAnswer(() => pending.link?.streamLimits.maxFrameBytes ?? 0);
    const pending = this.#create(fields, answer, options);
    this.#begin(pending, options.signal);
    return answer.reply;
  }

  /** Sends a request whose answer goes where `answer` says. */
  open(fields: RequestFields, answer: Answer, options: SendOptions): void {
    this.#begin(this.#create(fields, answer, options), options.signal);
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
    const pending = link.inFlight.get(response.id);
    if (pending === undefined || pending.incoming !== undefined) return;
    if ((response.flags & Flag.Stream) !== 0) {
      this.#openAnswer(link, pending, response);
      return;
    }
    this.#release(pending);
    pending.end();
    pending.answer.whole(response);
    if (this.#waiting.size > 0) this.flush();
  }

  /** A piece of an answer's body. */
  data(link: Link, message: Message): void {
    const pending = link.inFlight.get(message.id);
    if (pending?.incoming?.accept(message) !== true) return;
    this.#release(pending);
    pending.end();
    if (this.#waiting.size > 0) this.flush();
  }

  /** More of a request's body is wanted. */
  credit(link: Link, message: Message): void {
    link.inFlight.get(message.id)?.outgoing?.grant(message.credit);
  }

  linkClosed(link: Link, end: LinkEnd): void {
    for (const pending of link.inFlight.takeAll()) {
      pending.link = undefined;
      if (this.#mayResend(pending)) this.#place(pending);
      else this.#fail(pending, lost(pending, end.text));
    }
  }

  /** Nothing will ever be sent again. */
  failAll(links: readonly Link[], error: Error): void {
    const all = [...this.#waiting, ...links.flatMap((link) => link.inFlight.takeAll())];
    this.#waiting.clear();
    for (const pending of all) this.#fail(pending, error);
  }

  [Symbol.dispose](): void {
    this.#deadlines[Symbol.dispose]();
  }

  #create(fields: RequestFields, answer: Answer, options: SendOptions): PendingRequest {
    const { timeoutMs, resendable, pinnedTo, source } = options;
    const deadlineMs = this.#deps.clock.nowMs() + timeoutMs;
    return new PendingRequest({ fields, answer, source, deadlineMs, resendable, pinnedTo });
  }

  #begin(pending: PendingRequest, signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) {
      pending.fail(signal.reason);
      return;
    }
    if (signal !== undefined) pending.listen(signal, () => this.#giveUp(pending, signal.reason));
    this.#deadlines.add(pending, pending.deadlineMs);
    // Those that came earlier go first.
    if (pending.pinnedTo === undefined && this.#waiting.size > 0) this.#waiting.add(pending);
    else this.#place(pending);
  }

  #mayResend(pending: PendingRequest): boolean {
    if (pending.incoming !== undefined || pending.pinnedTo !== undefined) return false;
    const timeLeft = pending.deadlineMs > this.#deps.clock.nowMs();
    return pending.resendable && pending.attempts < MAX_ATTEMPTS && timeLeft;
  }

  #place(pending: PendingRequest): void {
    const { pinnedTo } = pending;
    const link = pinnedTo ?? this.#deps.pick();
    if (pinnedTo?.isOpen === false) this.#fail(pending, lost(pending, 'it was closed'));
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
      this.#fail(pending, error);
      return;
    }
    pending.startBody(link)?.catch((error: unknown) => this.#giveUp(pending, error));
  }

  #openAnswer(link: Link, pending: PendingRequest, response: Message): void {
    const cancel = (reason: unknown): void => this.#giveUp(pending, reason);
    pending.incoming = new IncomingStream({
      id: pending.id,
      link,
      windowBytes: link.streamLimits.creditBytes,
      onDidCancel: cancel,
      onOverrun: cancel,
    });
    if (!pending.answer.isTimedToItsEnd) this.#deadlines.remove(pending);
    pending.answer.opened(response, pending.incoming, cancel);
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

  /** On our side; the hub is told. Does nothing for a request that has ended. */
  #giveUp(pending: PendingRequest, reason: unknown): void {
    const { link, id } = pending;
    if (link !== undefined) link.send({ kind: Kind.Cancel, id });
    this.#fail(pending, reason);
    if (this.#waiting.size > 0) this.flush();
  }

  #fail(pending: PendingRequest, reason: unknown): void {
    this.#release(pending);
    pending.fail(reason);
  }

  /** Nothing here waits for it any more. */
  #release(pending: PendingRequest): void {
    this.#waiting.delete(pending);
    this.#deadlines.remove(pending);
    const { link, id } = pending;
    if (link?.inFlight.get(id) === pending) link.inFlight.take(id);
  }
}

function lost(pending: PendingRequest, reason: string): ConnectionLostError {
  return new ConnectionLostError(
    `Cannot finish request "${pending.fields.uri ?? ''}": the connection is lost: ${reason}`,
  );
}
