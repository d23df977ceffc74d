import { remoteErrorFrom } from '../common/errors/wire.ts';
import type { Message } from '../common/protocol/message.ts';
import { Body } from './body.ts';
import { HeaderList } from './header-list.ts';

/**
 * The answer to a request. A status of 400 and above is an answer like any other, the hub's or the provider's: look at
 * `ok`, or turn it into an error with `orThrow`.
 */
export class Reply extends Body {
  readonly status: number;
  readonly headers: HeaderList;

  /**
   * @internal
   * @param payload in place of the message's own, when the body came in pieces
   */
  constructor(message: Message, payload: Uint8Array = message.payload) {
    super(message.encoding, payload);
    this.status = message.status;
    this.headers = new HeaderList(message.headers);
  }

  /** True below 400. */
  get ok(): boolean {
    return this.status < 400;
  }

  /**
   * @returns this reply, when it is {@link ok}
   * @throws {RemoteError} with the status and the problem document's detail, when it is not
   * @example
   * const sum = (await client.request({ uri: '/math/add?a=1&b=2' })).orThrow().json();
   */
  orThrow(): this {
    if (this.ok) return this;
    throw remoteErrorFrom(this.status, this.bytes());
  }
}
