import { RequestError } from '../common/errors/hub-error.ts';
import { Flag, Kind, Method, type Message } from '../common/protocol/message.ts';
import { splitUri } from '../common/route/path.ts';
import type { ActiveCall } from './active-call.ts';
import { discard, type ByteStream } from './byte-stream.ts';
import { collectStream } from './collect-stream.ts';
import { IncomingStream } from './incoming-stream.ts';
import { MessageTooLargeError, type Link } from './link.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { brokenEnd, failureResponse, withoutBody, type ProviderAnswer } from './provider-reply.ts';

/** One request to a handler on its link: its body in, its answer out, each whole or in pieces. */
export class ServedCall {
  readonly message: Message;
  readonly call: ActiveCall;
  /** Without the query. */
  readonly path: string;
  readonly #link: Link;

  constructor(message: Message, call: ActiveCall, link: Link) {
    this.message = message;
    this.call = call;
    this.path = splitUri(message.uri ?? '').path;
    this.#link = link;
    if ((message.flags & Flag.Stream) !== 0) call.incoming = this.#incoming();
  }

  /** Most bytes of a body that is collected; 0 = no limit. */
  get maxBodyBytes(): number {
    return this.#link.streamLimits.maxFrameBytes;
  }

  /** The body is still to come. */
  get isStreamed(): boolean {
    return this.call.incoming !== undefined;
  }

  /** @returns the body, collected. @throws {RequestError} TOO_LARGE_ERR */
  collect(): Promise<Uint8Array> {
    return collectStream(this.call.incoming?.readable ?? new ReadableStream(), this.maxBodyBytes);
  }

  /**
   * Answers, once, unless the request is one-way or cancelled meanwhile.
   *
   * @param onBroken told of what the answer's body throws on its way
   */
  answer({ response, source }: ProviderAnswer, onBroken: (error: unknown) => void): void {
    const isBare = this.message.method === Method.Head;
    const isOneWay = (this.message.flags & Flag.OneWay) !== 0;
    if (source !== undefined && !isBare && !isOneWay && !this.call.ended) {
      this.#stream({ response, source }, onBroken);
      return;
    }
    if (source !== undefined) discard(source, new TypeError('Cannot send the body: nobody waits for it'));
    if (!this.call.end() || isOneWay || !this.#link.isOpen) return;
    this.#respond({ response: isBare ? withoutBody(response) : response, source: undefined });
  }

  /** Answers with what went wrong. */
  fail(error: unknown): void {
    const response = failureResponse(this.message.id, error, this.path);
    this.answer({ response, source: undefined }, () => undefined);
  }

  #incoming(): IncomingStream {
    const { id } = this.message;
    const link = this.#link;
    return new IncomingStream({
      id,
      link,
      windowBytes: link.streamLimits.creditBytes,
      // A handler that reads no further may answer all the same.
      onDidCancel: () => undefined,
      onOverrun: (error) => {
        if (this.call.ended) return;
        this.call.cancel(error);
        link.send({ kind: Kind.Cancel, id });
      },
    });
  }

  #stream(
    answer: { response: ProviderAnswer['response']; source: ByteStream },
    onBroken: (error: unknown) => void,
  ): void {
    const { id } = this.message;
    const { call } = this;
    const link = this.#link;
    if (!this.#respond(answer)) {
      call.end();
      return;
    }
    const outgoing = new OutgoingStream(answer.source, { id, link, ...link.streamLimits });
    call.outgoing = outgoing;
    outgoing.run().then(
      () => call.end(),
      (error: unknown) => {
        if (!call.end()) return;
        link.send(brokenEnd(id, error, { path: this.path, credit: outgoing.credit }));
        onBroken(error);
      },
    );
  }

  /** @returns false when the hub would not take the Response: the problem that says so was sent in its place */
  #respond({ response, source }: ProviderAnswer): boolean {
    try {
      this.#link.send(response);
      return true;
    } catch (error) {
      const told = error instanceof MessageTooLargeError ? new RequestError('TOO_LARGE_ERR', error.message) : error;
      if (source !== undefined) discard(source, error);
      this.#link.send(failureResponse(this.message.id, told, this.path));
      return false;
    }
  }
}
