import type { Clock } from '../common/base/clock.ts';
import { Emitter } from '../common/base/emitter.ts';
import { createBinaryCodec } from '../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../common/protocol/limits.ts';
import { Encoding, Flag, Kind, type Message, type MessageInit } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { FrameInbox } from '../common/transport/frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from '../common/transport/transport.ts';
import { goodbye, greeting, identityIn, refusal, type Identity } from './http-hello.ts';

const RPC_TYPE = 'application/vnd.whub.v1+flatbuffers';
const PROBLEM_TYPE = 'application/problem+json';
/** Time for one-way requests that are under way at a polite close. */
const CLOSE_TIMEOUT_MS = 2_000;
const LOST = 1_006;
/** The hub does not want this client any more. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403]);

const codec = createBinaryCodec({ ...DEFAULT_CODEC_LIMITS, maxFrameBytes: 0 });

interface HttpAnswer {
  readonly status: number;
  readonly isProblem: boolean;
  readonly body: Uint8Array;
}

/** A request that is under way. */
interface Flight {
  readonly abort: AbortController;
  readonly isOneWay: boolean;
}

/**
 * A link made of single requests: each Request is one `POST /rpc`, its Response the answer. What a connection has beyond
 * that is stood in for here: Hello is answered with what `GET /status/info` says to the credential, a Cancel aborts the
 * request, a request that does not get through ends the link, and a credential that is refused ends it with a Goodbye.
 */
export class HttpTransport implements Transport {
  readonly kind = 'http';
  readonly frameType = 'binary';
  readonly remoteAddress: string;
  readonly #base: URL;
  readonly #clock: Clock;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  readonly #flights = new Map<number, Flight>();
  #secret: string | undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #reason: CloseReason = { code: LOST, text: '' };
  #closeTimer: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(base: URL, clock: Clock) {
    this.#base = base;
    this.#clock = clock;
    this.remoteAddress = base.host;
  }

  get bufferedBytes(): number {
    return 0;
  }

  send(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    const message = codec.decode(frame);
    if (message.kind === Kind.Hello) this.#track(-1, false, (signal) => this.#greet(identityIn(message), signal));
    else if (message.kind === Kind.Request) this.#request(message, frame);
    else if (message.kind === Kind.Cancel) this.#flights.get(message.id)?.abort.abort();
    return true;
  }

  setReading(): void {
    // Nobody sends more than what was asked for.
  }

  close(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#reason = reason;
    for (const { abort, isOneWay } of this.#flights.values()) if (!isOneWay) abort.abort();
    this.#closeTimer = this.#clock.after(CLOSE_TIMEOUT_MS, () => this.terminate());
    queueMicrotask(() => this.#settle());
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    for (const { abort } of this.#flights.values()) abort.abort();
    this.#flights.clear();
    queueMicrotask(() => this.#settle());
  }

  #request(message: Message, frame: Uint8Array): void {
    const isOneWay = (message.flags & Flag.OneWay) !== 0;
    this.#track(message.id, isOneWay, async (signal) => {
      const headers = { 'content-type': RPC_TYPE };
      const answer = await this.#fetch('/rpc', { method: 'POST', headers, body: frame.slice(), signal });
      if (answer.status === 200) this.#inbox.push(answer.body);
      else if (REFUSALS.has(answer.status)) this.#leave(answer.status, answer.body);
      else if (!isOneWay) this.#announce(problemResponse(message.id, answer));
    });
  }

  async #greet(identity: Identity, signal: AbortSignal): Promise<void> {
    const { client, secret } = identity;
    if (client !== undefined && secret === undefined) {
      this.#announce(refusal(`Cannot accept client "${client}": it sent no key`));
      return;
    }
    this.#secret = secret;
    const { status, body } = await this.#fetch('/status/info', { method: 'GET', signal });
    if (status === 200) this.#announce(greeting(body, identity));
    else this.#leave(status, body);
  }

  /** Runs `work` until it ends or is aborted; what it throws otherwise is the end of the link. */
  #track(id: number, isOneWay: boolean, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const flight = { abort, isOneWay };
    this.#flights.set(id, flight);
    const over = (): void => {
      if (this.#flights.get(id) === flight) this.#flights.delete(id);
      this.#settle();
    };
    work(abort.signal).then(over, (error: unknown) => {
      if (!abort.signal.aborted) this.#lose(error);
      over();
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<HttpAnswer> {
    const headers = new Headers(init.headers);
    if (this.#secret !== undefined) headers.set('authorization', `Bearer ${this.#secret}`);
    const response = await fetch(new URL(path, this.#base), {
      ...init,
      headers,
      // The key goes to this hub alone, and nothing of the page's own goes along.
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, isProblem: type.startsWith(PROBLEM_TYPE), body };
  }

  #announce(message: MessageInit): void {
    if (this.#state !== 'closed') this.#inbox.push(codec.encode(message));
  }

  /** The hub's last word, and nothing after it. */
  #leave(status: number, problem: Uint8Array): void {
    this.#announce(goodbye(status, problem));
    this.close({ code: 4_000 + status, text: '' });
  }

  #lose(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#reason = { code: LOST, text: reasonOf(error) };
    this.terminate();
  }

  #settle(): void {
    if (this.#state !== 'closing' || this.#flights.size > 0) return;
    this.#state = 'closed';
    this.#closeTimer?.[Symbol.dispose]();
    this.#inbox.close();
    this.#drained[Symbol.dispose]();
    this.#violated[Symbol.dispose]();
    this.#closed.emit(this.#reason);
    this.#closed[Symbol.dispose]();
  }
}

/** What HTTP itself answered, as the answer to the request; something between may have said it. */
function problemResponse(id: number, { status, isProblem, body }: HttpAnswer): MessageInit {
  const payload = isProblem ? body : jsonPayload({ status, detail: `HTTP ${String(status)} instead of an answer` });
  const headers = [{ name: 'content-type', value: PROBLEM_TYPE }];
  return { kind: Kind.Response, id, status, encoding: Encoding.Json, headers, payload };
}

/** `fetch` itself says only that it failed; why, its cause knows, where the platform tells. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' ? ('code' in cause ? String(cause.code) : cause.name) : cause.message;
}
