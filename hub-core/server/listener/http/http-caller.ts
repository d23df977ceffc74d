import type { ServerResponse } from 'node:http';
import type { ConnectionId } from '../../../common/base/ids.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import type { Caller, Principal } from '../../relay.ts';

/** Writes an answer as HTTP. */
export type Deliver = (answer: Message | MessageInit, response: ServerResponse) => void;

export interface HttpCallerInit {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly response: ServerResponse;
  readonly deliver: Deliver;
}

/** One HTTP request as a caller: its answer ends the response. */
export class HttpCaller implements Caller {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly via = 'http';
  readonly providerLink = undefined;
  readonly remoteAddress: string | undefined;
  readonly #response: ServerResponse;
  readonly #deliver: Deliver;
  #answered = false;

  constructor(init: HttpCallerInit) {
    this.connectionId = init.connectionId;
    this.principal = init.principal;
    this.remoteAddress = init.response.req.socket.remoteAddress;
    this.#response = init.response;
    this.#deliver = init.deliver;
  }

  get answered(): boolean {
    return this.#answered;
  }

  respond(_requestId: number, answer: Message | MessageInit): void {
    this.#answered = true;
    if (!this.#response.destroyed) this.#deliver(answer, this.#response);
  }
}
