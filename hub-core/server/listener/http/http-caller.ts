import type { ConnectionId } from '../../../common/base/ids.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import type { Caller, Principal, Relay } from '../../relay.ts';

/** What an answer's reader can say to the provider. */
export interface AnswerFlow {
  /** So many bytes more may come. */
  readonly grant: (requestId: number, bytes: number) => void;
  /** The rest is not wanted. */
  readonly cancel: (requestId: number) => void;
}

/** Turns the answer to one request into HTTP. */
export interface AnswerSink {
  /** Nothing more of the answer is awaited. */
  readonly done: boolean;
  respond(requestId: number, answer: Message | MessageInit): void;
  data(requestId: number, data: Message | MessageInit): void;
}

export interface HttpCallerInit {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly remoteAddress: string | undefined;
  readonly relay: Relay;
  readonly sink: (flow: AnswerFlow) => AnswerSink;
}

/** One HTTP request as a caller. */
export class HttpCaller implements Caller {
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly via = 'http';
  readonly transportKind = 'http';
  readonly providerLink = undefined;
  readonly remoteAddress: string | undefined;
  /** Told how much more of the request's body the provider takes. */
  onGrant: ((bytes: number) => void) | undefined;
  readonly #sink: AnswerSink;

  constructor({ connectionId, principal, remoteAddress, relay, sink }: HttpCallerInit) {
    this.connectionId = connectionId;
    this.principal = principal;
    this.remoteAddress = remoteAddress;
    this.#sink = sink({
      grant: (requestId, bytes) => relay.callerCredit(this, requestId, bytes),
      cancel: (requestId) => relay.cancel(this, requestId),
    });
  }

  get answered(): boolean {
    return this.#sink.done;
  }

  respond(requestId: number, answer: Message | MessageInit): void {
    this.#sink.respond(requestId, answer);
  }

  data(requestId: number, data: Message | MessageInit): void {
    this.#sink.data(requestId, data);
  }

  grant(_requestId: number, bytes: number): void {
    this.onGrant?.(bytes);
  }
}
