import { RequestError } from '../../common/errors/hub-error.ts';
import { Flag, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { problemResponse } from './problem-response.ts';

export interface AnswerCollectorDeps {
  /** Goes into the problem document. */
  readonly hubId: string;
  /** Largest answer, bytes; Infinity = no limit. */
  readonly maxBytes: number;
  /** Called once, with the whole answer. */
  readonly done: (answer: Message | MessageInit) => void;
  /** So many bytes more may come. */
  readonly grant: (requestId: number, bytes: number) => void;
  /** The rest is not wanted. */
  readonly cancel: (requestId: number) => void;
}

/** Makes a whole answer of one that comes in pieces, for callers that cannot do anything with pieces. */
export class AnswerCollector {
  readonly #deps: AnswerCollectorDeps;
  readonly #pieces: Uint8Array[] = [];
  #opened: Message | MessageInit | undefined;
  #length = 0;
  #done = false;

  constructor(deps: AnswerCollectorDeps) {
    this.#deps = deps;
  }

  get done(): boolean {
    return this.#done;
  }

  respond(requestId: number, response: Message | MessageInit): void {
    if (((response.flags ?? 0) & Flag.Stream) === 0) {
      this.#finish(response);
      return;
    }
    this.#opened = response;
    if (response.payload !== undefined) this.#add(requestId, response.payload);
  }

  data(requestId: number, data: Message | MessageInit): void {
    if (this.#done || this.#opened === undefined) return;
    const { payload, status = 0, encoding } = data;
    const isEnd = ((data.flags ?? 0) & Flag.End) !== 0;
    if (isEnd && status >= 400) {
      this.#finish({ kind: Kind.Response, status, encoding, payload });
      return;
    }
    if (payload !== undefined) this.#add(requestId, payload);
    if (isEnd) this.#finish(this.#whole(this.#opened));
    else if (payload !== undefined && payload.byteLength > 0 && !this.#isDone()) {
      this.#deps.grant(requestId, payload.byteLength);
    }
  }

  #add(requestId: number, bytes: Uint8Array): void {
    this.#length += bytes.byteLength;
    if (this.#length <= this.#deps.maxBytes) {
      this.#pieces.push(bytes);
      return;
    }
    const error = new RequestError(
      'TOO_LARGE_ERR',
      `Cannot collect the answer: its stream is larger than ${String(this.#deps.maxBytes)} bytes; read it as a stream`,
    );
    this.#finish(problemResponse(error, { hub: this.#deps.hubId, request: requestId }));
    this.#deps.cancel(requestId);
  }

  #whole(opened: Message | MessageInit): MessageInit {
    const { kind, status, encoding, headers } = opened;
    return { kind, status, encoding, headers, payload: Buffer.concat(this.#pieces, this.#length) };
  }

  #finish(answer: Message | MessageInit): void {
    if (this.#done) return;
    this.#done = true;
    this.#pieces.length = 0;
    this.#deps.done(answer);
  }

  /** Behind a method, so that the compiler does not take it for what it was before a call. */
  #isDone(): boolean {
    return this.#done;
  }
}
