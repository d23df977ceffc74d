import type { ServerResponse } from 'node:http';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { EMPTY_BYTES, Encoding, Flag, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import {
  declaredLength,
  endResponse,
  hasNoBody,
  isStream,
  writeAnswer,
  writeHead,
  type AnswerForm,
} from './answer-writer.ts';
import { cutOff } from './cut-off.ts';
import { EVENT_STREAM, EventEncoder, wantsEvents } from './event-encoder.ts';
import type { AnswerFlow, AnswerSink } from './http-caller.ts';
import { sendProblem } from './http-problem.ts';
import { requestTarget } from '../request-target.ts';

/**
 * The answer to one HTTP request. A stream becomes a chunked body, or server-sent events, as fast as the client reads it:
 * the provider is granted what has left for the client. One whose length the provider declares has that length, or is broken
 * off.
 */
export class GatewayAnswer implements AnswerSink {
  readonly #response: ServerResponse;
  readonly #flow: AnswerFlow;
  readonly #form: AnswerForm;
  #events: EventEncoder | undefined;
  /** Of a body of declared length, bytes that are still to come. */
  #missing: number | undefined;
  #done = false;

  constructor(response: ServerResponse, flow: AnswerFlow, form: AnswerForm) {
    this.#response = response;
    this.#flow = flow;
    this.#form = form;
  }

  get done(): boolean {
    return this.#done;
  }

  respond(requestId: number, answer: Message | MessageInit): void {
    const response = this.#response;
    if (this.#done || response.destroyed) return;
    if ((answer.status ?? 0) < 200) {
      this.#refuse(requestId);
      return;
    }
    if (!isStream(answer) || hasNoBody(answer, response)) {
      this.#done = true;
      writeAnswer(answer, response, this.#form);
      if (isStream(answer)) this.#flow.cancel(requestId);
      return;
    }
    writeHead(answer, response, this.#form);
    this.#chooseForm(answer);
    response.flushHeaders();
    const { payload = EMPTY_BYTES } = answer;
    if (!this.#fits(payload)) {
      this.#breakOff(requestId);
      return;
    }
    const first = this.#formOf(payload);
    if (first.length > 0) response.write(first);
  }

  data(requestId: number, data: Message | MessageInit): void {
    const response = this.#response;
    if (this.#done || response.destroyed) return;
    const { payload = EMPTY_BYTES, status = 0, flags = 0 } = data;
    const fits = this.#fits(payload);
    if ((flags & Flag.End) === 0) {
      if (fits) this.#write(requestId, payload);
      else this.#breakOff(requestId);
      return;
    }
    this.#done = true;
    // A body that just ended would look whole.
    if (status >= 400 || (this.#missing ?? 0) !== 0) this.#breakOff(undefined);
    else endResponse(response, this.#formOf(payload));
  }

  /** @returns false when the body would become longer than was said */
  #fits({ byteLength }: Uint8Array): boolean {
    if (this.#missing === undefined) return true;
    this.#missing -= byteLength;
    return this.#missing >= 0;
  }

  /** Only who asked to switch protocols can be told that it was done. */
  #refuse(requestId: number): void {
    this.#done = true;
    this.#flow.cancel(requestId);
    const error = new RequestError(
      'PROVIDER_ERR',
      'Cannot pass the answer on: its provider switches protocols, which was not asked for',
    );
    const { req: request } = this.#response;
    sendProblem(request, this.#response, {
      error,
      about: { hub: this.#form.hub, instance: requestTarget(request).path },
    });
  }

  #chooseForm(answer: Message | MessageInit): void {
    const response = this.#response;
    const type = String(response.getHeader('content-type')).split(';', 1)[0]?.trim().toLowerCase();
    if (type === EVENT_STREAM || !wantsEvents(response.req.headers.accept)) {
      this.#missing = declaredLength(answer);
      if (this.#missing !== undefined) response.setHeader('content-length', this.#missing);
      return;
    }
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

  /**
   * Without chunks or a length the end of the connection is the end of the body, unless it is a reset.
   *
   * @param requestId of an answer that its provider would go on with
   */
  #breakOff(requestId: number | undefined): void {
    this.#done = true;
    if (requestId !== undefined) this.#flow.cancel(requestId);
    const { socket, chunkedEncoding } = this.#response;
    if (!chunkedEncoding && this.#missing === undefined && socket !== null) cutOff(socket);
    this.#response.destroy();
  }
}
