import { ByteCollector } from '../../common/base/byte-collector.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { STATUS_OF } from '../../common/errors/status.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Flag,
  Kind,
  Method,
  NO_HEADERS,
  type Header,
  type Message,
  type MessageInit,
} from '../../common/protocol/message.ts';
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

/** The members of a Message that an answer does not use. */
const NO_ANSWER = Object.freeze({
  method: Method.Call,
  flags: 0,
  id: 0,
  timeoutMs: 0,
  uri: undefined,
  from: undefined,
  to: undefined,
  credit: 0,
  frame: undefined,
});
/** Above these there are no statuses of an answer, whatever a provider says. */
const MAX_STATUS = 599;
const PROBLEM_HEADERS: readonly Header[] = Object.freeze([{ name: 'content-type', value: 'application/problem+json' }]);

/** What came from a provider is a `Message` afterwards too: its reader has to tell that from the hub's own words. */
function wholeOf(opened: Message | MessageInit, payload: Uint8Array): Message | MessageInit {
  const { kind, status, encoding, headers } = opened;
  if (!('frame' in opened)) return { kind, status, encoding, headers, payload };
  return {
    ...NO_ANSWER,
    kind,
    status: opened.status,
    encoding: opened.encoding,
    headers: opened.headers,
    payload,
  };
}

/** The answer that says what the last Data of a stream said. */
function brokenOff(last: Message | MessageInit): Message | MessageInit {
  const { encoding = Encoding.Bytes, status = 0, payload = EMPTY_BYTES } = last;
  const known = status > MAX_STATUS ? STATUS_OF.PROVIDER_ERR : status;
  const headers = encoding === Encoding.Json ? PROBLEM_HEADERS : NO_HEADERS;
  const answer = { kind: Kind.Response, status: known, encoding, headers, payload };
  return 'frame' in last ? { ...NO_ANSWER, ...answer } : answer;
}

/** Makes a whole answer of one that comes in pieces, for callers that cannot do anything with pieces. */
export class AnswerCollector {
  readonly #deps: AnswerCollectorDeps;
  readonly #collected = new ByteCollector();
  #opened: Message | MessageInit | undefined;
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
    const { payload, status = 0 } = data;
    const isEnd = ((data.flags ?? 0) & Flag.End) !== 0;
    if (isEnd && status >= 400) {
      this.#finish(brokenOff(data));
      return;
    }
    if (payload !== undefined) this.#add(requestId, payload);
    if (isEnd) this.#finish(wholeOf(this.#opened, this.#collected.take()));
    else if (payload !== undefined && payload.byteLength > 0 && !this.#isDone()) {
      this.#deps.grant(requestId, payload.byteLength);
    }
  }

  #add(requestId: number, bytes: Uint8Array): void {
    if (this.#collected.length + bytes.byteLength <= this.#deps.maxBytes) {
      this.#collected.add(bytes);
      return;
    }
    const error = new RequestError(
      'TOO_LARGE_ERR',
      `Cannot collect the answer: its stream is larger than ${String(this.#deps.maxBytes)} bytes; read it as a stream`,
    );
    this.#finish(problemResponse(error, { hub: this.#deps.hubId, request: requestId }));
    this.#deps.cancel(requestId);
  }

  #finish(answer: Message | MessageInit): void {
    if (this.#done) return;
    this.#done = true;
    this.#collected.clear();
    this.#deps.done(answer);
  }

  /** Behind a method, so that the compiler does not take it for what it was before a call. */
  #isDone(): boolean {
    return this.#done;
  }
}
