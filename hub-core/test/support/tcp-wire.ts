/** A client that speaks WProtocol over a socket and nothing else, byte by byte where a test wants that. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { FrameReader } from '../../common/transport/frame-reader.ts';

export const PREFACE = 'WHUB/1\r\n';

const codec = createBinaryCodec({ ...DEFAULT_CODEC_LIMITS, maxFrameBytes: 0 });

/** A message behind its length. */
export function framed(message: MessageInit | Uint8Array): Buffer {
  const frame = message instanceof Uint8Array ? message : codec.encode(message);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(frame.byteLength);
  return Buffer.concat([length, frame]);
}

export function helloMessage(value: Readonly<Record<string, unknown>>): MessageInit {
  return { kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(value) };
}

interface Waiter {
  readonly wanted: (message: Message) => boolean;
  readonly resolve: (message: Message) => void;
}

export class TcpWire implements AsyncDisposable {
  readonly socket: Socket;
  /** Received and not taken by `next`. */
  readonly inbox: Message[] = [];
  /** Everything that was received. */
  readonly bytes: Buffer[] = [];
  /** Whether the hub ended the connection in good order, rather than cut it. */
  readonly closed: Promise<{ readonly ended: boolean }>;
  readonly #waiters: Waiter[] = [];
  #lastId = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    const { promise, resolve } = Promise.withResolvers<{ readonly ended: boolean }>();
    this.closed = promise;
    let ended = false;
    const reader = new FrameReader({
      maxFrameBytes: 0,
      onFrame: (frame) => this.#receive(codec.decode(frame)),
      onTooLarge: () => undefined,
    });
    socket.on('data', (chunk: Buffer) => {
      this.bytes.push(chunk);
      reader.push(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('end', () => {
      ended = true;
    });
    socket.on('close', () => resolve({ ended }));
  }

  /** Connects and says nothing. */
  static async connect(port: number, host = '127.0.0.1'): Promise<TcpWire> {
    const wire = new TcpWire(connect({ port, host, noDelay: true }));
    await once(wire.socket, 'connect');
    return wire;
  }

  /** Connects and gets as far as Welcome. */
  static async open(port: number, credential: Readonly<Record<string, unknown>>): Promise<TcpWire> {
    const wire = await TcpWire.connect(port);
    wire.write(PREFACE);
    wire.send(helloMessage(credential));
    await wire.next(Kind.Welcome);
    return wire;
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  send(message: MessageInit): void {
    this.write(framed(message));
  }

  /** The next message of that kind, received already or still to come; rejects when the connection closes first. */
  async next(kind: Kind, id?: number): Promise<Message> {
    const wanted = (message: Message): boolean => message.kind === kind && (id === undefined || message.id === id);
    const index = this.inbox.findIndex(wanted);
    const [found] = index < 0 ? [] : this.inbox.splice(index, 1);
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiters.push({ wanted, resolve });
    void this.closed.then(() => reject(new Error(`Closed while waiting for kind ${String(kind)}`)));
    return promise;
  }

  async request(init: Omit<MessageInit, 'kind'>): Promise<Message> {
    const id = init.id ?? ++this.#lastId;
    this.send({ ...init, kind: Kind.Request, id });
    return this.next(Kind.Response, id);
  }

  /** The status and detail of the Goodbye that ends the connection. */
  async goodbye(): Promise<{ readonly status: number; readonly detail: unknown; readonly ended: boolean }> {
    const message = await this.next(Kind.Goodbye);
    const { ended } = await this.closed;
    const problem = parseJsonPayload(message.payload);
    const detail: unknown =
      typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'detail') : undefined;
    return { status: message.status, detail, ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #receive(message: Message): void {
    const index = this.#waiters.findIndex(({ wanted }) => wanted(message));
    const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) this.inbox.push(message);
    else waiter.resolve(message);
  }
}
