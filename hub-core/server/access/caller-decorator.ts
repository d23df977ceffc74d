import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Caller, Principal, ProviderLink } from '../relay.ts';

/** Passes everything on to a caller; what stands in front of one changes only what it is about. */
export class CallerDecorator implements Caller {
  readonly inner: Caller;

  constructor(inner: Caller) {
    this.inner = inner;
  }

  get connectionId(): ConnectionId {
    return this.inner.connectionId;
  }
  get principal(): Principal {
    return this.inner.principal;
  }
  get via(): Caller['via'] {
    return this.inner.via;
  }
  get transportKind(): Caller['transportKind'] {
    return this.inner.transportKind;
  }
  get remoteAddress(): string | undefined {
    return this.inner.remoteAddress;
  }
  get providerLink(): ProviderLink | undefined {
    return this.inner.providerLink;
  }

  respond(requestId: number, response: Message | MessageInit): void {
    this.inner.respond(requestId, response);
  }

  data(requestId: number, data: Message | MessageInit): void {
    this.inner.data(requestId, data);
  }

  grant(requestId: number, bytes: number): void {
    this.inner.grant(requestId, bytes);
  }

  notify(notice: MessageInit): void {
    this.inner.notify?.(notice);
  }
}

/** Who really asked. */
export function callerBehind(caller: Caller): Caller {
  return caller instanceof CallerDecorator ? caller.inner : caller;
}
