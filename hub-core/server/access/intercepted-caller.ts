import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Caller, Principal, ProviderLink } from '../relay.ts';

/** What someone wants to see of an answer, instead of the caller behind. */
export interface Interception {
  readonly respond: (answer: Message | MessageInit) => void;
  /** A piece of its stream. */
  readonly data: (data: Message | MessageInit) => void;
}

/** A caller whose answer someone wants to see first: everything else is passed on to the one behind it. */
export class InterceptedCaller implements Caller {
  readonly inner: Caller;
  readonly #interception: Interception;

  constructor(inner: Caller, interception: Interception) {
    this.inner = inner;
    this.#interception = interception;
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
  get remoteAddress(): string | undefined {
    return this.inner.remoteAddress;
  }
  get providerLink(): ProviderLink | undefined {
    return this.inner.providerLink;
  }

  respond(_requestId: number, answer: Message | MessageInit): void {
    this.#interception.respond(answer);
  }

  data(_requestId: number, data: Message | MessageInit): void {
    this.#interception.data(data);
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
  return caller instanceof InterceptedCaller ? caller.inner : caller;
}
