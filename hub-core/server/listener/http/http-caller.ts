import type { ServerResponse } from 'node:http';
import type { ConnectionId } from '../../../common/base/ids.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import { AnswerCollector } from '../../access/answer-collector.ts';
import type { Caller, Principal, Relay } from '../../relay.ts';

/** Writes an answer as HTTP. */
export type Deliver = (answer: Message | MessageInit, response: ServerResponse) => void;

export interface HttpCallerInit {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly response: ServerResponse;
  readonly deliver: Deliver;
  readonly relay: Relay;
  readonly hubId: string;
  /** Largest answer that is collected of a stream, bytes; Infinity = no limit. */
  readonly maxBytes: number;
}

/** One HTTP request as a caller: its answer, of a stream the whole, ends the response. */
export class HttpCaller implements Caller {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly via = 'http';
  readonly providerLink = undefined;
  readonly remoteAddress: string | undefined;
  readonly #collector: AnswerCollector;

  constructor(init: HttpCallerInit) {
    this.connectionId = init.connectionId;
    this.principal = init.principal;
    const { relay, response, deliver, hubId, maxBytes } = init;
    this.remoteAddress = response.req.socket.remoteAddress;
    this.#collector = new AnswerCollector({
      hubId,
      maxBytes,
      done: (answer) => {
        if (!response.destroyed) deliver(answer, response);
      },
      grant: (requestId, bytes) => relay.callerCredit(this, requestId, bytes),
      cancel: (requestId) => relay.cancel(this, requestId),
    });
  }

  get answered(): boolean {
    return this.#collector.done;
  }

  respond(requestId: number, answer: Message | MessageInit): void {
    this.#collector.respond(requestId, answer);
  }

  data(requestId: number, data: Message | MessageInit): void {
    this.#collector.data(requestId, data);
  }

  grant(): void {
    // Its requests come whole.
  }
}
