import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Caller, Principal, ProviderLink } from '../relay.ts';

/** A caller whose answer someone wants to see first: everything else is passed on to the one behind it. */
export class InterceptedCaller implements Caller {
  readonly inner: Caller;
  readonly #onAnswer: (requestId: number, answer: Message | MessageInit) => void;

  constructor(inner: Caller, onAnswer: (requestId: number, answer: Message | MessageInit) => void) {
    this.inner = inner;
    this.#onAnswer = onAnswer;
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

  respond(requestId: number, answer: Message | MessageInit): void {
    this.#onAnswer(requestId, answer);
  }

  notify(notice: MessageInit): void {
    this.inner.notify?.(notice);
  }
}

/** Who really asked. */
export function callerBehind(caller: Caller): Caller {
  return caller instanceof InterceptedCaller ? caller.inner : caller;
}
