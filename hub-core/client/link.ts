import { Emitter, type Event } from '../common/base/emitter.ts';
import type { Clock } from '../common/base/clock.ts';
import { InFlightTable } from '../common/dispatch/in-flight-table.ts';
import type { MessageDispatcher } from '../common/dispatch/message-dispatcher.ts';
import { ProtocolError, type HubError } from '../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../common/errors/wire.ts';
import type { Codec } from '../common/protocol/codec.ts';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from '../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import type { Transport } from '../common/transport/transport.ts';
import type { ActiveCall } from './active-call.ts';
import { ConnectError, RefusedError } from './errors.ts';
import { parseGoodbye, type Goodbye } from './goodbye.ts';
import type { PendingRequest } from './pending-request.ts';
import type { StreamLink } from './stream-link.ts';
import { parseWelcome, type Welcome } from './welcome.ts';

/** An open connection of a client, as message handlers see it. */
export interface ClientConnection {
  readonly welcome: Welcome;
  /**
   * Sends a message as it is. Ids of requests are the caller's affair: take one above 0x40000000 to stay clear of the SDK's.
   *
   * @returns false while the connection is over its high-water mark
   * @throws {MessageTooLargeError} when the hub would refuse the frame
   */
  send(message: MessageInit): boolean;
}

/** A message that the hub would close the connection for. Nothing was sent. */
export class MessageTooLargeError extends RangeError {
  override readonly name = 'MessageTooLargeError';
  readonly code = 'WHUB_TOO_LARGE';
  readonly status = 413;
}

/** Why a link ended. */
export interface LinkEnd {
  readonly text: string;
  /** The hub's last words, when it had any. */
  readonly goodbye: Goodbye | undefined;
}

export interface LinkDeps {
  readonly transport: Transport;
  readonly createCodec: (limits: CodecLimits) => Codec;
  readonly clock: Clock;
  readonly dispatcher: MessageDispatcher<Link>;
}

export interface Hello {
  readonly client: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly agent: string;
}

/** One connection with its session: frames, handshake, heartbeat, and what is in flight on it. */
export class Link implements ClientConnection, StreamLink {
  /** Requests of ours that wait for an answer. */
  readonly inFlight = new InFlightTable<PendingRequest>();
  /** Requests of others that our handlers work on, by the hub's id. */
  readonly calls = new Map<number, ActiveCall>();
  readonly onDidClose: Event<LinkEnd>;
  readonly onDidDrain: Event<void>;
  readonly #closed = new Emitter<LinkEnd>();
  readonly #transport: Transport;
  readonly #deps: LinkDeps;
  readonly #greeting = Promise.withResolvers<Welcome>();
  #codec: Codec;
  #welcome: Welcome | undefined;
  #goodbye: Goodbye | undefined;
  #heartbeat: Disposable | undefined;
  #congested = false;
  #heard = false;
  #pinged = false;
  #ended = false;
  #endText: string | undefined;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    this.#transport = deps.transport;
    this.#codec = deps.createCodec(DEFAULT_CODEC_LIMITS);
    this.onDidClose = this.#closed.event;
    this.onDidDrain = deps.transport.onDidDrain;
    deps.transport.onDidClose.subscribe(({ code, text }) =>
      this.#end(text === '' ? `closed with ${String(code)}` : text),
    );
    deps.transport.onViolation.subscribe(({ kind, text }) => {
      this.fail(new ProtocolError(text, { errorName: kind === 'too-large' ? 'TOO_LARGE_ERR' : 'BAD_REQUEST_ERR' }));
    });
    deps.transport.onDidDrain.subscribe(() => (this.#congested = false));
    deps.transport.onFrame.subscribe((frame) => this.#receive(frame));
  }

  get welcome(): Welcome {
    if (this.#welcome === undefined) throw new TypeError('Cannot read the welcome: the handshake is not over');
    return this.#welcome;
  }

  /** Takes requests: neither ended, nor over its high-water mark, nor full. */
  get usable(): boolean {
    const most = this.#welcome?.limits.maxInFlight ?? 0;
    return !this.#ended && this.#goodbye === undefined && !this.#congested && (most === 0 || this.inFlight.size < most);
  }

  get congested(): boolean {
    return this.#congested && !this.#ended;
  }

  /** What the hub said of streams. */
  get streamLimits(): { readonly creditBytes: number; readonly maxFrameBytes: number } {
    const { creditBytes, maxFrameBytes } = this.welcome.limits;
    return { creditBytes, maxFrameBytes };
  }

  get isOpen(): boolean {
    return this.#welcome !== undefined && !this.#ended;
  }

  /**
   * Says Hello and waits for Welcome.
   *
   * @throws {RefusedError} on Goodbye 401 or 403
   * @throws {ConnectError} when the link ends otherwise
   */
  greet(hello: Hello): Promise<Welcome> {
    const { client, key, token, agent } = hello;
    const payload = jsonPayload({ client, key, token, agent, resume: null });
    this.#transport.send(this.#codec.encode({ kind: Kind.Hello, encoding: Encoding.Json, payload }));
    return this.#greeting.promise;
  }

  send(message: MessageInit): boolean {
    const frame = this.#codec.encode(message);
    const most = this.#welcome?.limits.maxFrameBytes ?? 0;
    if (most !== 0 && frame.byteLength > most) {
      throw new MessageTooLargeError(
        `Cannot send ${String(frame.byteLength)} bytes in one message: the hub takes at most ${String(most)}`,
      );
    }
    if (!this.#transport.send(frame)) this.#congested = true;
    return !this.#congested;
  }

  /** The hub said Goodbye: nothing more comes. */
  leave(message: Message): void {
    this.#goodbye = parseGoodbye(message);
    this.#transport.close({ code: 1000, text: '' });
  }

  /** Says Goodbye and closes. */
  close(status: number, text: string): void {
    if (this.#ended) return;
    this.#endText ??= text;
    const payload = jsonPayload({ status, detail: text });
    this.#transport.send(this.#codec.encode({ kind: Kind.Goodbye, status, encoding: Encoding.Json, payload }));
    this.#transport.close({ code: status === 0 ? 1000 : 4000 + status, text });
  }

  /** Says Goodbye with what the hub did wrong. */
  fail(error: HubError): void {
    if (this.#ended) return;
    this.#endText ??= error.message;
    const payload = problemPayload(toProblem(error));
    const { status } = error;
    this.#transport.send(this.#codec.encode({ kind: Kind.Goodbye, status, encoding: Encoding.Json, payload }));
    this.#transport.close({ code: 4000 + status, text: error.errorName });
  }

  terminate(text: string): void {
    this.#endText ??= text;
    this.#transport.terminate();
  }

  #receive(frame: Uint8Array): void {
    this.#heard = true;
    try {
      const message = this.#codec.decode(frame);
      if (this.#welcome === undefined) this.#greeted(message);
      else this.#deps.dispatcher.dispatch(message, this);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error);
    }
  }

  #greeted(message: Message): void {
    if (message.kind === Kind.Goodbye) {
      this.leave(message);
      return;
    }
    if (message.kind !== Kind.Welcome)
      throw new ProtocolError('Cannot start the session: the first message is no Welcome');
    const welcome = parseWelcome(message.payload);
    this.#welcome = welcome;
    this.#codec = this.#deps.createCodec({ ...DEFAULT_CODEC_LIMITS, maxFrameBytes: welcome.limits.maxFrameBytes });
    if (welcome.heartbeatMs > 0) {
      this.#heartbeat = this.#deps.clock.every(welcome.heartbeatMs, () => this.#beat(welcome.heartbeatMs));
    }
    this.#greeting.resolve(welcome);
  }

  /** Quiet for one interval: Ping. Quiet for the next one too: the hub, or the way to it, is gone. */
  #beat(heartbeatMs: number): void {
    if (this.#heard) {
      this.#heard = false;
      this.#pinged = false;
    } else if (this.#pinged) {
      this.terminate(`the hub was silent for ${String(2 * heartbeatMs)} ms`);
    } else {
      this.#pinged = true;
      this.send({ kind: Kind.Ping });
    }
  }

  #end(text: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#heartbeat?.[Symbol.dispose]();
    const goodbye = this.#goodbye;
    const end: LinkEnd = { text: goodbye === undefined ? (this.#endText ?? text) : goodbye.text, goodbye };
    this.#greeting.reject(endError(end));
    // Without a greeting nobody may be waiting for it any more; the end is announced all the same.
    this.#greeting.promise.catch(() => undefined);
    this.#closed.emit(end);
    this.#closed[Symbol.dispose]();
  }
}

/** The error of a connection that ended before it was open. */
export function endError(end: LinkEnd): RefusedError | ConnectError {
  const { goodbye } = end;
  if (goodbye?.isRefusal === true) return new RefusedError(goodbye.status, goodbye.text);
  return new ConnectError(`Cannot connect: the hub closed the connection: ${end.text}`);
}
