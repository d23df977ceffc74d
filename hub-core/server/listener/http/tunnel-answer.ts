import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { EMPTY_BYTES, Flag, NO_HEADERS, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { isStream, type AnswerForm } from './answer-writer.ts';
import { cutOff } from './cut-off.ts';
import { GatewayAnswer } from './gateway-answer.ts';
import type { AnswerFlow, AnswerSink } from './http-caller.ts';
import { returnHeaders } from './http-headers.ts';

const SWITCHING_PROTOCOLS = 101;
/** How long the other side may take to close after the end. */
const LINGER_MS = 2_000;

export interface TunnelAnswerInit {
  /** Assigned to `socket`. */
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly form: AnswerForm;
  /** The other protocol is spoken from now on. */
  readonly onOpen: () => void;
}

/**
 * The answer to an upgrade: 101 and then whatever bytes come, or a refusal, which is an answer like any other. The provider
 * is granted what has left for the client.
 */
export class TunnelAnswer implements AnswerSink {
  readonly #init: TunnelAnswerInit;
  readonly #flow: AnswerFlow;
  readonly #refusal: GatewayAnswer;
  #open = false;
  #done = false;

  constructor(init: TunnelAnswerInit, flow: AnswerFlow) {
    this.#init = init;
    this.#flow = flow;
    this.#refusal = new GatewayAnswer(init.response, flow, init.form);
  }

  get done(): boolean {
    return this.#done || this.#refusal.done;
  }

  respond(requestId: number, answer: Message | MessageInit): void {
    const { response, socket, onOpen } = this.#init;
    if (answer.status !== SWITCHING_PROTOCOLS || !isStream(answer)) {
      this.#refusal.respond(requestId, answer);
      return;
    }
    if (this.#done || socket.destroyed) return;
    this.#open = true;
    response.statusCode = SWITCHING_PROTOCOLS;
    returnHeaders(answer.headers ?? NO_HEADERS, response);
    // They end at each hop, so they are said anew (RFC 9110, section 7.8).
    response.setHeader('connection', 'Upgrade').setHeader('upgrade', 'websocket');
    response.flushHeaders();
    response.detachSocket(socket);
    const { payload = EMPTY_BYTES } = answer;
    if (payload.byteLength > 0) socket.write(payload);
    onOpen();
  }

  data(requestId: number, data: Message | MessageInit): void {
    if (!this.#open) {
      this.#refusal.data(requestId, data);
      return;
    }
    const { socket } = this.#init;
    if (this.#done || socket.destroyed) return;
    const { payload = EMPTY_BYTES, status = 0, flags = 0 } = data;
    if ((flags & Flag.End) === 0) {
      socket.write(payload, (error) => {
        if (!this.#done && (error ?? undefined) === undefined) this.#flow.grant(requestId, payload.byteLength);
      });
      return;
    }
    this.#done = true;
    if (status >= 400) cutOff(socket);
    else endSlowly(socket, payload);
  }
}

/** Ends a socket whose other side may still be writing: cut at once, what was sent last would be lost on its way. */
export function endSlowly(socket: Socket, last: Uint8Array = EMPTY_BYTES): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(last);
  socket.resume();
}
