import type { Header } from '../../../common/protocol/message.ts';
import { encodingWord, methodWord } from '../../../common/protocol/words.ts';
import type { MiddlewareRequest } from '../../middleware.ts';
import type { RelayRequest } from '../../relay.ts';

/** A request as hooks see it. Nothing is made of it before it is asked for. */
export class RequestView implements MiddlewareRequest {
  readonly #request: RelayRequest;
  #headers: readonly Header[] | undefined;
  #abort: AbortController | undefined;
  #aborted = false;

  constructor(request: RelayRequest) {
    this.#request = request;
  }

  get client(): MiddlewareRequest['client'] {
    const { clientId, role } = this.#request.caller.principal;
    return { id: clientId, role };
  }
  get via(): MiddlewareRequest['via'] {
    return this.#request.caller.via;
  }
  get remoteAddress(): string | undefined {
    return this.#request.caller.remoteAddress;
  }
  get method(): string {
    return methodWord(this.#request.message.method);
  }
  get uri(): string {
    return this.#request.message.uri ?? '';
  }
  get headers(): readonly Header[] {
    return this.#headers ?? this.#request.message.headers;
  }
  get encoding(): string {
    return encodingWord(this.#request.message.encoding);
  }
  get payload(): Uint8Array {
    return this.#request.message.payload;
  }
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted) this.#abort.abort();
    return this.#abort.signal;
  }

  /** What hooks made of its headers; undefined = nothing. */
  get changedHeaders(): readonly Header[] | undefined {
    return this.#headers;
  }
  setHeaders(headers: readonly Header[]): void {
    this.#headers = headers;
  }

  /** Nobody waits for the hooks any more. */
  abandon(): void {
    this.#aborted = true;
    this.#abort?.abort();
  }
}
