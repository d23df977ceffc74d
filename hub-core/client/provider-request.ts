import type { Message } from '../common/protocol/message.ts';
import type { RouteParams } from '../common/route/route-table.ts';
import { methodWord } from '../common/protocol/words.ts';
import type { ActiveCall } from './active-call.ts';
import { Body } from './body.ts';
import { HeaderList } from './header-list.ts';
import type { MethodWord } from './method-word.ts';

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
  #query: URLSearchParams | undefined;

  /** @internal */
  constructor(message: Message, params: RouteParams, call: ActiveCall) {
    super(message.encoding, message.payload);
    this.method = methodWord(message.method) as MethodWord;
    this.uri = message.uri ?? '';
    this.params = params;
    this.headers = new HeaderList(message.headers);
    this.from = message.from ?? '';
    this.timeoutMs = message.timeoutMs;
    this.#call = call;
  }

  get query(): URLSearchParams {
    const mark = this.uri.indexOf('?');
    return (this.#query ??= new URLSearchParams(mark < 0 ? '' : this.uri.slice(mark + 1)));
  }

  /** Aborts when the caller gave up, its time ran out, or the connection is gone: the answer would reach nobody. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }
}
