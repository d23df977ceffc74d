import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Caller, Principal } from '../relay.ts';

/** A caller inside the hub's process, for one request: its answer settles a promise. */
export class InternalCaller implements Caller {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly via = 'console';
  readonly providerLink = undefined;
  /** Set by the hub when the request was captured. */
  captureSeq = 0;
  readonly #answer = Promise.withResolvers<Message | MessageInit>();

  constructor(connectionId: ConnectionId, principal: Principal) {
    this.connectionId = connectionId;
    this.principal = principal;
  }

  get answer(): Promise<Message | MessageInit> {
    return this.#answer.promise;
  }

  respond(_requestId: number, response: Message | MessageInit): void {
    this.#answer.resolve(response);
  }
}
