import type { ServerResponse } from 'node:http';
import { EMPTY_BYTES, Encoding, Flag, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { endResponse, hasNoBody, isStream, writeAnswer, writeHead } from './answer-writer.ts';
import { EVENT_STREAM, EventEncoder, wantsEvents } from './event-encoder.ts';
import type { AnswerFlow, AnswerSink } from './http-caller.ts';

/**
 * The answer to one HTTP request. A stream becomes a chunked body, or server-sent events, as fast as the client reads it:
 * the provider is granted what has left for the client.
 */
export class GatewayAnswer implements AnswerSink {
  readonly #response: ServerResponse;
  readonly #flow: AnswerFlow;
  #events: EventEncoder | undefined;
  #done = false;

  constructor(response: ServerResponse, flow: AnswerFlow) {
    this.#response = response;
    this.#flow = flow;
  }

  get done(): boolean {
    return this.#done;
  }

  respond(requestId: number, answer: Message | MessageInit): void {
    const response = this.#response;
    if (this.#done || response.destroyed) return;
    if (!isStream(answer) || hasNoBody(answer, response)) {
      this.#done = true;
      writeAnswer(answer, response);
      if (isStream(answer)) this.#flow.cancel(requestId);
      return;
    }
    writeHead(answer, response);
    this.#chooseForm(answer);
    response.flushHeaders();
    const { payload = EMPTY_BYTES } = answer;
    const first = this.#formOf(payload);
    if (first.length > 0) response.write(first);
  }

  data(requestId: number, data: Message | MessageInit): void {
    const response = this.#response;
    if (this.#done || response.destroyed) return;
    const { payload = EMPTY_BYTES, status = 0, flags = 0 } = data;
    if ((flags & Flag.End) === 0) {
      this.#write(requestId, payload);
      return;
    }
    this.#done = true;
    // A body that just ended would look whole.
    if (status >= 400) this.#breakOff();
    else endResponse(response, this.#formOf(payload));
  }

  #chooseForm(answer: Message | MessageInit): void {
    const response = this.#response;
    const type = String(response.getHeader('content-type')).split(';', 1)[0]?.trim().toLowerCase();
    if (type === EVENT_STREAM || !wantsEvents(response.req.headers.accept)) return;
    this.#events = new EventEncoder(answer.encoding ?? Encoding.Bytes);
    response.setHeader('content-type', `${EVENT_STREAM}; charset=utf-8`);
    if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-cache');
  }

  #formOf(piece: Uint8Array): Uint8Array | string {
    if (this.#events === undefined || piece.byteLength === 0) return piece;
    return this.#events.encode(piece);
  }

  #write(requestId: number, piece: Uint8Array): void {
    const form = this.#formOf(piece);
    const left = (error?: Error | null): void => {
      if (!this.#done && (error ?? undefined) === undefined) this.#flow.grant(requestId, piece.byteLength);
    };
    if (form.length === 0) left();
    else this.#response.write(form, left);
  }

  /** Without chunks the end of the connection is the end of the body, unless it is a reset. */
  #breakOff(): void {
    const { socket, chunkedEncoding } = this.#response;
    if (!chunkedEncoding) socket?.resetAndDestroy();
    this.#response.destroy();
  }
}
