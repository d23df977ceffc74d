import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { ProtocolError } from '../../../common/errors/hub-error.ts';
import {
  answeredNonceOf,
  equalBytes,
  frameOf,
  handshakeDatagram,
  HEADER_BYTES,
  isHandshake,
} from '../../../common/transport/datagram/datagram.ts';
import { firstHello, readChallenge } from '../../../common/transport/datagram/datagram-hello.ts';
import { NONCE_BYTES, type HandshakeContext } from '../../../common/transport/datagram/datagram-keys.ts';
import { ConnectError } from '../../errors.ts';
import type { Dial, DialTarget } from '../../options.ts';
import { openDatagramPort, type DatagramPort } from './datagram-port.ts';
import { nodeDatagramCrypto } from './node-datagram-crypto.ts';
import { Repeater } from './repeater.ts';
import { UdpTransport } from './udp-transport.ts';

/** What a datagram holds is small enough. */
const codec = createBinaryCodec({ maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 });
const HELLO = 1;

/** Asks a hub for a challenge over UDP; the Hello that follows on the transport answers it. */
export const dialUdp: Dial = async (target) => {
  const { url, clock, random, signal } = target;
  const { hostname, port } = new URL(url);
  if (port === '') throw new ConnectError(`Cannot connect to "${url}": write it as udp://host:port`);
  using opened = new DisposableStack();
  const { link, context } = await firstThatAnswers(target, hostname.replace(/^\[|\]$/g, ''), Number(port));
  opened.use(link);
  signal.throwIfAborted();
  const transport = new UdpTransport({
    port: link,
    context,
    codec,
    crypto: nodeDatagramCrypto,
    clock,
    random,
    remoteAddress: new URL(url).host,
  });
  opened.move();
  return transport;
};

interface Challenged {
  readonly link: DatagramPort;
  readonly context: HandshakeContext;
}

/** A name may stand for addresses of both families, of which the hub has one. */
async function firstThatAnswers(target: DialTarget, hostname: string, port: number): Promise<Challenged> {
  let last: unknown;
  for (const { address, family } of await addressesOf(target, hostname)) {
    target.signal.throwIfAborted();
    const link = await openDatagramPort(address, family, port);
    try {
      return { link, context: await challengeOver(link, target) };
    } catch (error) {
      link[Symbol.dispose]();
      target.signal.throwIfAborted();
      last = error;
    }
  }
  throw last;
}

async function addressesOf({ url }: DialTarget, hostname: string) {
  try {
    return await lookup(hostname, { all: true });
  } catch (cause) {
    throw new ConnectError(`Cannot connect to "${url}": there is no host of that name`, { cause });
  }
}

/** Asks until a challenge comes. @throws {ConnectError} when the system says that nobody is there */
async function challengeOver(link: DatagramPort, target: DialTarget): Promise<HandshakeContext> {
  const { url, clock, random, signal } = target;
  const nonce = randomBytes(NONCE_BYTES);
  const hello = handshakeDatagram(firstHello(nonce, (message) => codec.encode(message)));
  const { promise, resolve, reject } = Promise.withResolvers<HandshakeContext>();
  const abort = (): void => reject(signal.reason as Error);
  link.onFailure = (reason, cause) => reject(new ConnectError(`Cannot connect to "${url}": ${reason}`, { cause }));
  link.onDatagram = (datagram) => {
    const challenge = challengeIn(datagram, nonce);
    if (challenge !== undefined) resolve({ nonce, challenge });
  };
  signal.addEventListener('abort', abort, { once: true });
  using asking = new Repeater<Uint8Array>({ clock, random, send: (datagram) => link.send(datagram) });
  try {
    signal.throwIfAborted();
    link.send(hello);
    // The attempt as a whole has a time, at whose end the signal aborts.
    asking.add(HELLO, hello, Number.POSITIVE_INFINITY);
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** @returns undefined when it is no answer to the Hello with that nonce */
function challengeIn(datagram: Uint8Array, nonce: Uint8Array): Uint8Array | undefined {
  if (datagram.byteLength <= HEADER_BYTES || !isHandshake(datagram)) return undefined;
  if (!equalBytes(answeredNonceOf(datagram), nonce)) return undefined;
  try {
    return readChallenge(codec.decode(frameOf(datagram)));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
