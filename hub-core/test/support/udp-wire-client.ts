/** A client of the datagram wire that does nothing by itself: what the SDK hides is in plain sight here, and can be bent. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import {
  DatagramReceiver,
  DatagramSender,
  frameOf,
  handshakeDatagram,
  isHandshake,
  sign,
  tokenOf,
} from '../../common/transport/datagram/datagram.ts';
import { firstHello, readChallenge, secondHello } from '../../common/transport/datagram/datagram-hello.ts';
import {
  anonymousSecret,
  keyParts,
  masked,
  sessionMacs,
  type HandshakeContext,
  type SessionMacs,
} from '../../common/transport/datagram/datagram-keys.ts';
import { nodeDatagramCrypto as crypto } from '../../server/listener/udp/node-datagram-crypto.ts';

export const wireCodec = createBinaryCodec({ maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 });
const encode = (message: MessageInit): Uint8Array => wireCodec.encode(message);

export interface WireIdentity {
  readonly client?: string;
  readonly key?: string;
}

/** A second Hello and the keys that go with it. */
export interface WireProof {
  readonly datagram: Uint8Array;
  readonly macs: SessionMacs;
}

/** One socket that sends datagrams to a port and keeps those that come. */
export class UdpWireClient implements AsyncDisposable {
  readonly socket: Socket;
  /** Came and not taken by `next`. */
  readonly inbox: Uint8Array[] = [];
  bytesIn = 0;
  bytesOut = 0;
  /** Of the session, once there is one. */
  sender: DatagramSender | undefined;
  receiver: DatagramReceiver | undefined;
  token: Uint8Array | undefined;
  readonly #port: number;
  readonly #host: string;
  readonly #waiters: ((datagram: Uint8Array) => void)[] = [];

  private constructor(socket: Socket, { host, port }: { readonly host: string; readonly port: number }) {
    this.socket = socket;
    this.#host = host;
    this.#port = port;
    socket.on('message', (datagram) => {
      this.bytesIn += datagram.byteLength;
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.inbox.push(datagram);
      else waiter(datagram);
    });
  }

  static async bind(port: number, host = '127.0.0.1'): Promise<UdpWireClient> {
    const isV6 = host.includes(':');
    const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 });
    socket.bind(0, isV6 ? '::1' : '127.0.0.1');
    await once(socket, 'listening');
    return new UdpWireClient(socket, { host, port });
  }

  /** Binds and opens a session. */
  static async open(port: number, identity: WireIdentity = {}, host?: string): Promise<UdpWireClient> {
    const client = await UdpWireClient.bind(port, host);
    const welcome = await client.greet(identity);
    if (welcome.kind !== Kind.Welcome) throw new Error(`No Welcome: ${new TextDecoder().decode(welcome.payload)}`);
    return client;
  }

  send(datagram: Uint8Array): void {
    this.bytesOut += datagram.byteLength;
    this.socket.send(datagram, this.#port, this.#host);
  }

  /** The next datagram, in the order of their coming. */
  async next(): Promise<Uint8Array> {
    const found = this.inbox.shift();
    if (found !== undefined) return found;
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    this.#waiters.push(resolve);
    return promise;
  }

  async challenge(nonce: Uint8Array = randomBytes(16)): Promise<HandshakeContext> {
    this.send(handshakeDatagram(firstHello(nonce, encode)));
    const challenge = readChallenge(wireCodec.decode(frameOf(await this.next())));
    if (challenge === undefined) throw new Error('No challenge came');
    return { nonce, challenge };
  }

  /** @returns Welcome or Goodbye */
  async greet(identity: WireIdentity): Promise<Message> {
    const { datagram, macs } = proofOf(identity, await this.challenge());
    this.send(datagram);
    const answer = await this.next();
    this.adopt(answer, macs);
    return wireCodec.decode(frameOf(answer));
  }

  /** Takes the session that a Welcome opens. */
  adopt(answer: Uint8Array, macs: SessionMacs): void {
    if (isHandshake(answer)) return;
    this.token = tokenOf(answer);
    this.sender = new DatagramSender(this.token, macs.client);
    this.receiver = new DatagramReceiver(macs.hub);
    if (this.receiver.judge(answer) !== 'fresh') throw new Error('Welcome bears a wrong tag');
  }

  seal(message: MessageInit): Uint8Array {
    if (this.sender === undefined) throw new Error('There is no session');
    return this.sender.seal(encode(message));
  }

  tell(message: MessageInit): void {
    this.send(this.seal(message));
  }

  /** The next message of the session that is no Ping. */
  async hear(): Promise<Message> {
    for (;;) {
      const datagram = await this.next();
      const verdict = this.receiver?.judge(datagram);
      if (verdict !== 'fresh') throw new Error(`The hub sent a datagram that is ${String(verdict)}`);
      const message = wireCodec.decode(frameOf(datagram));
      if (message.kind !== Kind.Ping) return message;
    }
  }

  async ask(message: Omit<MessageInit, 'kind'>): Promise<Message> {
    this.tell({ ...message, kind: Kind.Request });
    return this.hear();
  }

  /** Resolves when the hub has handled all that was sent before: a Pong follows whatever it answers at once. */
  async settle(): Promise<readonly Message[]> {
    this.tell({ kind: Kind.Ping, id: 0x7fff });
    const heard: Message[] = [];
    for (;;) {
      const message = await this.hear();
      if (message.kind === Kind.Pong && message.id === 0x7fff) return heard;
      heard.push(message);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.socket.close(() => resolve());
    await promise;
  }
}

/** A second Hello, signed. */
export function proofOf({ client, key }: WireIdentity, context: HandshakeContext): WireProof {
  const parts = key === undefined ? undefined : keyParts(key);
  const secret = parts?.secret ?? anonymousSecret();
  const proof = key === undefined ? undefined : masked(secret, crypto.sha256(Buffer.from(key)), { crypto, context });
  const macs = sessionMacs(secret, crypto, context);
  const hello = secondHello({ ...context, client, agent: 'wire/1', credential: parts?.credential, proof });
  const datagram = handshakeDatagram(encode(hello));
  sign(datagram, macs.client);
  return { datagram, macs };
}

/** The figures of the hub's module, by name or by the reason of a drop. */
export function udpFigures(metricsText: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const [, name = '', why, value] of metricsText.matchAll(
    /^whub_udp_listener_(\w+)(?:\{why="(\w+)"\})? ([\d.e+]+)$/gm,
  )) {
    figures.set(why ?? name, Number(value));
  }
  return figures;
}
