import type { ConnectionId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Caller, Principal, Relay } from '../relay.ts';
import { AnswerCollector } from './answer-collector.ts';

export interface InternalCallerDeps {
  readonly relay: Relay;
  readonly hubId: string;
  /** Largest answer that is collected of a stream, bytes; Infinity = no limit. */
  readonly maxBytes: number;
}

/** A caller inside the hub's process, for one request: its answer, of a stream the whole, settles a promise. */
export class InternalCaller implements Caller {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly via = 'console';
  readonly transportKind = 'console';
  readonly providerLink = undefined;
  /** Set by the hub when the request was captured. */
  captureSeq = 0;
  readonly #answer = Promise.withResolvers<Message | MessageInit>();

  readonly #collector: AnswerCollector;

  constructor(connectionId: ConnectionId, principal: Principal, deps: InternalCallerDeps) {
    this.connectionId = connectionId;
    this.principal = principal;
    const { relay, hubId, maxBytes } = deps;
    this.#collector = new AnswerCollector({
      hubId,
      maxBytes,
      done: (answer) => this.#answer.resolve(answer),
      grant: (requestId, bytes) => relay.callerCredit(this, requestId, bytes),
      cancel: (requestId) => relay.cancel(this, requestId),
    });
  }

  get answer(): Promise<Message | MessageInit> {
    return this.#answer.promise;
  }

  respond(requestId: number, response: Message | MessageInit): void {
    this.#collector.respond(requestId, response);
  }

  data(requestId: number, data: Message | MessageInit): void {
    this.#collector.data(requestId, data);
  }

  grant(): void {
    // Its requests come whole.
  }
}
