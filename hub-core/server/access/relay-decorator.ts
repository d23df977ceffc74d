import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message } from '../../common/protocol/message.ts';
import type { Caller, ProviderLink, Relay, RelayRequest } from '../relay.ts';

/** Passes everything on; what stands in front of a relay changes only what it is about. */
export class RelayDecorator implements Relay {
  protected readonly inner: Relay;

  constructor(inner: Relay) {
    this.inner = inner;
  }

  request(request: RelayRequest): void {
    this.inner.request(request);
  }

  cancel(caller: Caller, requestId: number): void {
    this.inner.cancel(caller, requestId);
  }

  respond(link: ProviderLink, response: Message): void {
    this.inner.respond(link, response);
  }

  disconnected(connection: ConnectionId): void {
    this.inner.disconnected(connection);
  }

  linkDrained(link: ProviderLink): void {
    this.inner.linkDrained(link);
  }

  isInFlight(connection: ConnectionId, requestId: number): boolean {
    return this.inner.isInFlight(connection, requestId);
  }
}
