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

  requestData(caller: Caller, data: Message): void {
    this.inner.requestData(caller, data);
  }

  responseData(link: ProviderLink, data: Message): void {
    this.inner.responseData(link, data);
  }

  callerCredit(caller: Caller, requestId: number, bytes: number): void {
    this.inner.callerCredit(caller, requestId, bytes);
  }

  providerCredit(link: ProviderLink, id: number, bytes: number): void {
    this.inner.providerCredit(link, id, bytes);
  }

  cancelledByProvider(link: ProviderLink, id: number): void {
    this.inner.cancelledByProvider(link, id);
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
