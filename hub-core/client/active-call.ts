import type { IncomingStream } from './incoming-stream.ts';
import type { OutgoingStream } from './outgoing-stream.ts';

/** A request that a handler works on, until it is answered or cancelled. Its signal is made only when it is asked for. */
export class ActiveCall {
  /** The request's body, when it comes in pieces. */
  incoming: IncomingStream | undefined;
  /** The answer's body, once it goes out in pieces. */
  outgoing: OutgoingStream | undefined;
  readonly #onDidEnd: () => void;
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  #ended = false;

  /** @param onDidEnd called once, when the call is answered or cancelled */
  constructor(onDidEnd: () => void) {
    this.#onDidEnd = onDidEnd;
  }

  /** Aborts when the call is cancelled. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Answered or cancelled. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @returns false when it had ended: nobody waits for an answer any more */
  end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.incoming?.fail(new TypeError('Cannot read the body of the request: it is answered'));
    this.#onDidEnd();
    return true;
  }

  /** Nobody waits for the answer any more: it will not be sent, and its service may drain without it. */
  cancel(reason: Error): void {
    if (this.#ended) return;
    this.incoming?.fail(reason);
    this.end();
    this.outgoing?.stop(reason);
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
