import type { Message } from '../common/protocol/message.ts';
import type { RouteParams } from '../common/route/route-table.ts';
import { methodWord } from '../common/protocol/words.ts';
import type { ActiveCall } from './active-call.ts';
import { Body } from './body.ts';
import { collectStream, streamOf } from './collect-stream.ts';
import { HeaderList } from './header-list.ts';
import type { MethodWord } from './method-word.ts';

export interface ProviderRequestInit {
  readonly message: Message;
  readonly params: RouteParams;
  readonly call: ActiveCall;
  /** The body where it is not the message's own: collected, or undefined while it comes in pieces. */
  readonly payload: Uint8Array | undefined;
  /** Most that `body()` collects; 0 = no limit. */
  readonly maxBodyBytes: number;
}

/** A request that a handler is to answer. */
export class ProviderRequest extends Body {
  readonly method: MethodWord;
  /** As the caller sent it: `/service-id/route?query`. */
  readonly uri: string;
  /** Decoded values of the pattern's `:param`s and `*rest`. */
  readonly params: RouteParams;
  readonly headers: HeaderList;
  /** Client id of the caller, checked by the hub. */
  readonly from: string;
  /** How long the caller still waited when the hub sent this, ms. */
  readonly timeoutMs: number;
  readonly #call: ActiveCall;
  readonly #isWhole: boolean;
  readonly #maxBodyBytes: number;
  #stream: ReadableStream<Uint8Array> | undefined;
  #body: Promise<Uint8Array> | undefined;
  #query: URLSearchParams | undefined;

  /** @internal */
  constructor({ message, params, call, payload, maxBodyBytes }: ProviderRequestInit) {
    super(message.encoding, payload ?? message.payload);
    this.method = methodWord(message.method) as MethodWord;
    this.uri = message.uri ?? '';
    this.params = params;
    this.headers = new HeaderList(message.headers);
    this.from = message.from ?? '';
    this.timeoutMs = message.timeoutMs;
    this.#call = call;
    this.#isWhole = payload !== undefined;
    this.#maxBodyBytes = maxBodyBytes;
  }

  get query(): URLSearchParams {
    const mark = this.uri.indexOf('?');
    return (this.#query ??= new URLSearchParams(mark < 0 ? '' : this.uri.slice(mark + 1)));
  }

  /** Aborts when the caller gave up, its time ran out, or the connection is gone: the answer would reach nobody. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** The body still comes in: `bytes`, `text` and `json` cannot be used. Only on routes with `stream`. */
  get isStreamed(): boolean {
    return !this.#isWhole;
  }

  /** The body as it comes, once. What has come whole is a stream of one chunk. */
  get stream(): ReadableStream<Uint8Array> {
    const incoming = this.#isWhole ? undefined : this.#call.incoming;
    return (this.#stream ??= incoming?.readable ?? streamOf(super.bytes()));
  }

  /**
   * The whole body, collected where it comes in pieces.
   *
   * @throws {RequestError} TOO_LARGE_ERR when it is longer than a frame may be, which is answered with 413
   * @throws the signal's reason when the caller gives up meanwhile
   */
  body(): Promise<Uint8Array> {
    if (this.#isWhole) return Promise.resolve(super.bytes());
    return (this.#body ??= collectStream(this.stream, this.#maxBodyBytes));
  }

  /** @throws {TypeError} when the body comes in pieces: see {@link ProviderRequest.stream} */
  override bytes(): Uint8Array {
    if (this.#isWhole) return super.bytes();
    throw new TypeError('Cannot read the body at once: it comes in pieces; read "stream", or await "body()"');
  }
}
