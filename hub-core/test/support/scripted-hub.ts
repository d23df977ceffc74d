import { ConnectError, type Dial } from '../../client/index.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { createMemoryTransportPair } from '../../common/transport/memory-transport.ts';
import type { Transport } from '../../common/transport/transport.ts';

/** What a scripted hub does with a Hello. */
export type Greeting =
  | {
      readonly kind: 'welcome';
      readonly maxInFlight?: number;
      readonly maxFrameBytes?: number;
      readonly heartbeatMs?: number;
    }
  | { readonly kind: 'goodbye'; readonly status: number; readonly detail?: string; readonly retryAfterMs?: number }
  | { readonly kind: 'silence' };

/** The hub's end of one connection, under the test's command. */
export class ScriptedPeer {
  readonly received: Message[] = [];
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
  readonly #waiting: { kind: Kind; resolve: (message: Message) => void }[] = [];
  readonly #answers = new Map<string, (message: Message) => void>();

  constructor(transport: Transport, greeting: Greeting) {
    this.#transport = transport;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    transport.onDidClose.subscribe(() => resolve());
    transport.onFrame.subscribe((frame) => this.#receive(this.#codec.decode(frame), greeting));
  }

  /** The next message of that kind which no earlier `next` took; one that came already counts. */
  next(kind: Kind): Promise<Message> {
    const at = this.received.findIndex((message) => message.kind === kind);
    const [found] = at < 0 ? [] : this.received.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#waiting.push({ kind, resolve });
    return promise;
  }

  send(message: MessageInit): void {
    this.#transport.send(this.#codec.encode(message));
  }

  sendRaw(frame: Uint8Array): void {
    this.#transport.send(frame);
  }

  respond(request: Message, status: number, body?: unknown): void {
    const payload = body === undefined ? undefined : jsonPayload(body);
    this.send({ kind: Kind.Response, id: request.id, status, encoding: Encoding.Json, payload });
  }

  /** Answers every request with that uri by itself from now on, also those that came already. */
  always(uri: string, status: number, body: unknown = {}): void {
    const answer = (message: Message): void => this.respond(message, status, body);
    this.#answers.set(uri, answer);
    for (const message of this.received.filter(({ kind, uri: asked }) => kind === Kind.Request && asked === uri)) {
      this.received.splice(this.received.indexOf(message), 1);
      answer(message);
    }
  }

  goodbye(status: number, members: Readonly<Record<string, unknown>> = {}): void {
    this.send({ kind: Kind.Goodbye, status, encoding: Encoding.Json, payload: jsonPayload({ status, ...members }) });
    this.#transport.close({ code: 4_000 + status, text: '' });
  }

  /** The link breaks, without a word. */
  cut(): void {
    this.#transport.terminate();
  }

  #receive(message: Message, greeting: Greeting): void {
    if (message.kind === Kind.Hello) this.#greet(greeting);
    const answer = message.kind === Kind.Request ? this.#answers.get(message.uri ?? '') : undefined;
    if (answer !== undefined) {
      answer(message);
      return;
    }
    const at = this.#waiting.findIndex((waiting) => waiting.kind === message.kind);
    const [waiting] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiting === undefined) this.received.push(message);
    else waiting.resolve(message);
  }

  #greet(greeting: Greeting): void {
    if (greeting.kind === 'goodbye') {
      this.goodbye(greeting.status, { detail: greeting.detail, retry_after_ms: greeting.retryAfterMs });
    } else if (greeting.kind === 'welcome') {
      const { maxInFlight = 4_096, maxFrameBytes = 1 << 20, heartbeatMs = 15_000 } = greeting;
      const welcome = {
        session: 's1',
        client: 'tester',
        role: 'client',
        hub: { id: 'h1', name: 'scripted', version: '0.0.0' },
        limits: {
          max_frame_bytes: maxFrameBytes,
          max_in_flight: maxInFlight,
          credit_bytes: 262_144,
          default_timeout_ms: 30_000,
          max_timeout_ms: 600_000,
        },
        heartbeat_ms: heartbeatMs,
      };
      this.send({ kind: Kind.Welcome, encoding: Encoding.Json, payload: jsonPayload(welcome) });
    }
  }
}

/** A hub that does only what a test tells it, over in-memory links and the real codec. */
export class ScriptedHub {
  /** How the next connections are greeted. */
  greeting: Greeting = { kind: 'welcome' };
  /** Dials from now on find nobody. */
  reachable = true;
  dials = 0;
  readonly peers: ScriptedPeer[] = [];
  readonly #highWaterBytes: number | undefined;
  readonly #waiting: ((peer: ScriptedPeer) => void)[] = [];

  constructor(options: { readonly highWaterBytes?: number } = {}) {
    this.#highWaterBytes = options.highWaterBytes;
  }

  readonly dial: Dial = async () => {
    this.dials += 1;
    if (!this.reachable) throw new ConnectError('Cannot connect: nobody is there');
    const [client, hub] = createMemoryTransportPair({
      ...(this.#highWaterBytes !== undefined && { highWaterBytes: this.#highWaterBytes }),
    });
    const peer = new ScriptedPeer(hub, this.greeting);
    this.peers.push(peer);
    this.#waiting.shift()?.(peer);
    return await Promise.resolve(client);
  };

  /** The peer of the next dial. */
  nextPeer(): Promise<ScriptedPeer> {
    const { promise, resolve } = Promise.withResolvers<ScriptedPeer>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** @throws {RangeError} when there was no such dial */
  peer(at: number): ScriptedPeer {
    const peer = this.peers[at];
    if (peer === undefined)
      throw new RangeError(`Cannot get peer ${String(at)}: there are ${String(this.peers.length)}`);
    return peer;
  }
}

/** The JSON of a message's payload. */
export const jsonOf = (message: Message): unknown => parseJsonPayload(message.payload);
