/** What Hello and the hub's challenge hold on a datagram wire; docs/udp.md, section 3. */
import { ProtocolError } from '../../errors/hub-error.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../protocol/payload.ts';
import { HEADER_BYTES } from './datagram.ts';
import { isCredentialId, NONCE_BYTES, SECRET_BYTES } from './datagram-keys.ts';

/** The first Hello has at least so many bytes, its header included, so that the challenge is never the larger one. */
export const MIN_FIRST_HELLO_BYTES = 256;
/** The uri of the Notice that carries a challenge. */
const CHALLENGE_TOPIC = '/udp/challenge';
/** Room for what a later hub puts into its challenge. */
const MAX_CHALLENGE_BYTES = 128;
const SPACE = 0x20;

type Members = Readonly<Record<string, unknown>>;

/** What a client says of itself, as it would say it on any other transport. */
export interface Introduction {
  readonly client?: string | undefined;
  readonly agent?: string | undefined;
}

/** A Hello as the hub reads it. */
export interface DatagramHello {
  readonly nonce: Uint8Array;
  /** Undefined in the first one. */
  readonly challenge: Uint8Array | undefined;
  /** Id of the credential that is proved; undefined = anonymous. */
  readonly credential: string | undefined;
  readonly proof: Uint8Array | undefined;
  /** A key or a token was sent in clear, which is refused. */
  readonly hasSecret: boolean;
}

/** Asks for a challenge. */
export function firstHello(nonce: Uint8Array, write: (message: MessageInit) => Uint8Array): Uint8Array {
  const short = helloMessage({ nonce: hexOf(nonce) });
  const missing = MIN_FIRST_HELLO_BYTES - HEADER_BYTES - write(short).byteLength;
  if (missing <= 0) return write(short);
  // Space behind a JSON value says nothing.
  const payload = new Uint8Array((short.payload?.byteLength ?? 0) + missing).fill(SPACE);
  payload.set(short.payload ?? []);
  return write({ ...short, payload });
}

export interface SecondHello extends Introduction {
  readonly nonce: Uint8Array;
  readonly challenge: Uint8Array;
  readonly credential?: string | undefined;
  readonly proof?: Uint8Array | undefined;
}

/** Answers a challenge. */
export function secondHello({ nonce, challenge, proof, credential, client, agent }: SecondHello): MessageInit {
  return helloMessage({
    client,
    credential,
    nonce: hexOf(nonce),
    challenge: hexOf(challenge),
    proof: proof === undefined ? undefined : hexOf(proof),
    agent,
    resume: null,
  });
}

/** @returns undefined when the message is no Hello of this wire */
export function readHello(message: Message): DatagramHello | undefined {
  const members = message.kind === Kind.Hello && message.encoding === Encoding.Json ? membersOf(message) : undefined;
  const nonce = bytesOf(members?.['nonce'], NONCE_BYTES);
  if (members === undefined || nonce === undefined) return undefined;
  const claim = claimIn(members);
  const challenge = bytesOf(members['challenge']);
  const isBroken = challenge === undefined && typeof members['challenge'] === 'string';
  if (claim === undefined || isBroken) return undefined;
  const hasSecret = typeof members['key'] === 'string' || typeof members['token'] === 'string';
  return { nonce, challenge, ...claim, hasSecret };
}

/** @returns undefined for half of one, and for what is none */
function claimIn(members: Members): Pick<DatagramHello, 'credential' | 'proof'> | undefined {
  const { credential } = members;
  const proof = bytesOf(members['proof'], SECRET_BYTES);
  if (typeof credential !== 'string') return proof === undefined ? { credential: undefined, proof } : undefined;
  return proof !== undefined && isCredentialId(credential) ? { credential, proof } : undefined;
}

export function challengeMessage(challenge: Uint8Array): MessageInit {
  const payload = jsonPayload({ challenge: hexOf(challenge) });
  return { kind: Kind.Notice, uri: CHALLENGE_TOPIC, encoding: Encoding.Json, payload };
}

/** @returns undefined when the message carries no challenge */
export function readChallenge(message: Message): Uint8Array | undefined {
  if (message.kind !== Kind.Notice || message.uri !== CHALLENGE_TOPIC) return undefined;
  return bytesOf(membersOf(message)?.['challenge']);
}

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function helloMessage(members: Members): MessageInit {
  return { kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(members) };
}

function membersOf({ payload }: Message): Members | undefined {
  try {
    const value = parseJsonPayload(payload);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Members) : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** @returns undefined when `text` is not lower-case hexadecimal of that many bytes, or of 1 to 128 */
function bytesOf(text: unknown, count?: number): Uint8Array | undefined {
  if (typeof text !== 'string' || text === '' || text.length % 2 !== 0 || !/^[0-9a-f]+$/.test(text)) return undefined;
  const length = text.length / 2;
  if (count === undefined ? length > MAX_CHALLENGE_BYTES : length !== count) return undefined;
  return Uint8Array.from({ length }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}
