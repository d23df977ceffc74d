/** A client that speaks the wire and nothing else: what the hub's own SDK hides is in plain sight here. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { createJsonCodec } from '../../common/protocol/json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';

export interface WireClientOptions {
  readonly subprotocol?: 'whub.v1.fbs' | 'whub.v1.json';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Closed {
  readonly code: number;
  readonly text: string;
}

type Waiter = { readonly wanted: (message: Message) => boolean; readonly resolve: (message: Message) => void };

const UNLIMITED = { ...DEFAULT_CODEC_LIMITS, maxFrameBytes: 0 };

export class WireClient implements AsyncDisposable {
  readonly codec: Codec;
  readonly socket: WebSocket;
  /** Received and not taken by `next`. */
  readonly inbox: Message[] = [];
  readonly closed: Promise<Closed>;
  readonly #waiters: Waiter[] = [];
  #lastId = 0;
  #answering: ((request: Message) => MessageInit | undefined) | undefined;

  private constructor(socket: WebSocket, codec: Codec) {
    this.socket = socket;
    this.codec = codec;
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    socket.on('message', (data: Buffer) => this.#receive(this.codec.decode(data)));
    socket.on('close', (code, reason) => resolve({ code, text: reason.toString() }));
    socket.on('error', () => undefined);
  }

  /** Opens the WebSocket; nothing is said yet. */
  static async connect(url: string, options: WireClientOptions = {}): Promise<WireClient> {
    const { subprotocol, headers = {} } = options;
    const socket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], {
      headers,
      perMessageDeflate: false,
    });
    const client = new WireClient(
      socket,
      subprotocol === 'whub.v1.json' ? createJsonCodec(UNLIMITED) : createBinaryCodec(UNLIMITED),
    );
    await once(socket, 'open');
    return client;
  }

  /** Opens and gets as far as Welcome. */
  static async open(
    url: string,
    credential: Readonly<Record<string, unknown>>,
    options: WireClientOptions = {},
  ): Promise<WireClient> {
    const client = await WireClient.connect(url, options);
    client.hello(credential);
    await client.next(Kind.Welcome);
    return client;
  }

  hello(value: Readonly<Record<string, unknown>>): void {
    this.send({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(value) });
  }

  send(message: MessageInit): void {
    this.sendRaw(this.codec.encode(message));
  }

  sendRaw(frame: Uint8Array, binary = this.codec.frameType === 'binary'): void {
    this.socket.send(frame, { binary });
  }

  /** The next message of that kind, received already or still to come; rejects when the connection closes first. */
  async next(kind: Kind, id?: number): Promise<Message> {
    const wanted = (message: Message): boolean => message.kind === kind && (id === undefined || message.id === id);
    const index = this.inbox.findIndex(wanted);
    const [found] = index < 0 ? [] : this.inbox.splice(index, 1);
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiters.push({ wanted, resolve });
    void this.closed.then(({ code, text }) =>
      reject(new Error(`Closed with ${String(code)} ${text} while waiting for kind ${String(kind)}`)),
    );
    return promise;
  }

  /** Sends a Request and waits for its Response. */
  async request(init: Omit<MessageInit, 'kind'>): Promise<Message> {
    const id = init.id ?? ++this.#lastId;
    this.send({ ...init, kind: Kind.Request, id });
    return this.next(Kind.Response, id);
  }

  /** Registers a service here and answers its requests; what `answer` leaves open the test answers itself. */
  async provide(
    registration: Readonly<Record<string, unknown>>,
    answer: (request: Message) => MessageInit | undefined,
  ): Promise<Message> {
    this.#answering = answer;
    const reply = await this.request({
      method: Method.Post,
      uri: '/services/register',
      encoding: Encoding.Json,
      payload: jsonPayload(registration),
    });
    if (reply.status >= 400) throw new Error(`Cannot register: ${JSON.stringify(parseJsonPayload(reply.payload))}`);
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #receive(message: Message): void {
    if (message.kind === Kind.Request) {
      const reply = this.#answering?.(message);
      if (reply !== undefined) {
        this.send({ ...reply, id: message.id });
        return;
      }
    }
    const index = this.#waiters.findIndex(({ wanted }) => wanted(message));
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) this.inbox.push(message);
    else waiter.resolve(message);
  }
}

/** The JSON of a payload, for whole-object comparison. */
export function jsonOf(message: Message): unknown {
  return parseJsonPayload(message.payload);
}

/** Answers every request with its own body. */
export function echo(request: Message): MessageInit {
  return { kind: Kind.Response, status: 200, encoding: request.encoding, payload: request.payload };
}
