import { Timed } from '../common/dispatch/deadline-wheel.ts';
import type { MessageInit } from '../common/protocol/message.ts';
import type { Answer } from './answer.ts';
import { discard, type ByteStream } from './byte-stream.ts';
import type { IncomingStream } from './incoming-stream.ts';
import type { Link } from './link.ts';
import { OutgoingStream } from './outgoing-stream.ts';

/** A request as it goes out, but for what depends on the moment of sending: its id and what is left of its time. */
export type RequestFields = Omit<MessageInit, 'kind' | 'id' | 'timeoutMs' | 'status' | 'credit'>;

export interface PendingRequestInit {
  readonly fields: RequestFields;
  readonly answer: Answer;
  /** The body, when it follows in pieces. */
  readonly source?: ByteStream | undefined;
  /** On the clock's monotonic time. */
  readonly deadlineMs: number;
  /** May be sent again when its connection is lost. */
  readonly resendable: boolean;
  /** The only link it may go over. */
  readonly pinnedTo?: Link | undefined;
}

/** One request from `request()` to its end, over as many links as it takes. Ends once; later calls do nothing. */
export class PendingRequest extends Timed {
  readonly fields: RequestFields;
  readonly deadlineMs: number;
  readonly resendable: boolean;
  readonly pinnedTo: Link | undefined;
  readonly answer: Answer;
  /** Times it was sent. */
  attempts = 0;
  /** Where it waits for its answer; undefined while it waits for a link. */
  link: Link | undefined;
  /** Its correlation id on {@link link}. */
  id = 0;
  /** The answer's body, once it has begun to come in pieces. */
  incoming: IncomingStream | undefined;
  /** The request's body, once it has begun to go out in pieces. */
  outgoing: OutgoingStream | undefined;
  #source: ByteStream | undefined;
  #stopListening: (() => void) | undefined;
  #ended = false;

  constructor(init: PendingRequestInit) {
    super();
    this.fields = init.fields;
    this.answer = init.answer;
    this.deadlineMs = init.deadlineMs;
    // What a stream has given is gone.
    this.resendable = init.resendable && init.source === undefined;
    this.pinnedTo = init.pinnedTo;
    this.#source = init.source;
  }

  /** Calls `onAbort` when `signal` aborts before the request has ended. */
  listen(signal: AbortSignal, onAbort: () => void): void {
    signal.addEventListener('abort', onAbort, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', onAbort);
  }

  /** Begins to send the body over `link`. @returns undefined when it has gone out with the request */
  startBody(link: Link): Promise<void> | undefined {
    if (this.#source === undefined) return undefined;
    this.outgoing = new OutgoingStream(this.#source, { id: this.id, link, ...link.streamLimits });
    this.#source = undefined;
    return this.outgoing.run();
  }

  /** It has its answer. */
  end(): void {
    this.#end('the request is answered');
  }

  /** Nothing more comes: whoever waits for the answer, or reads its body, is told. */
  fail(reason: unknown): void {
    if (!this.#end(reason)) return;
    if (this.incoming === undefined) this.answer.fail(reason);
    else this.incoming.fail(reason);
  }

  #end(reason: unknown): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#stopListening?.();
    this.link = undefined;
    this.outgoing?.stop(reason);
    if (this.#source !== undefined) discard(this.#source, reason);
    this.#source = undefined;
    return true;
  }
}
