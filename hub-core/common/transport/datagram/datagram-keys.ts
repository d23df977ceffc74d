/**
 * Who a client is, over a wire that anybody may read: it proves that it has its key without sending it, and both sides
 * derive from it what authenticates their datagrams.
 *
 * @see RFC 5802 (SCRAM), section 3: the proof is the secret under a mask that only those can make who know the secret's hash
 */
import { decodeBase64 } from '../../protocol/base64.ts';
import { encodeUtf8 } from '../../protocol/utf8.ts';
import { equalBytes } from './datagram.ts';
import type { DatagramCrypto, Mac } from './datagram-crypto.ts';

export const NONCE_BYTES = 16;
export const SECRET_BYTES = 32;
/** `whub_<credential id>_<secret>`, the last part 32 bytes in base64url. */
const KEY = /^whub_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$/;
const CREDENTIAL_ID = /^[a-z0-9]{10}$/;

const PROOF_LABEL = encodeUtf8('whub udp v1 proof');
const CLIENT_LABEL = encodeUtf8('whub udp v1 client');
const HUB_LABEL = encodeUtf8('whub udp v1 hub');

/** What both sides of one handshake have seen. */
export interface HandshakeContext {
  /** Chosen by the client, 16 bytes. */
  readonly nonce: Uint8Array;
  /** Chosen by the hub; what is in it is the hub's affair. */
  readonly challenge: Uint8Array;
}

/** What a key consists of. */
export interface KeyParts {
  /** Not secret: names the credential. */
  readonly credential: string;
  readonly secret: Uint8Array;
}

/** One for each direction, so that nobody can send a side its own datagrams back. */
export interface SessionMacs {
  /** Of what the client sends. */
  readonly client: Mac;
  /** Of what the hub sends. */
  readonly hub: Mac;
}

/** @returns undefined when `key` has not the form of a key, or its secret is not in its one canonical form */
export function keyParts(key: string): KeyParts | undefined {
  const [, credential = '', text = ''] = KEY.exec(key) ?? [];
  const secret = decodeBase64(encodeUtf8(`${text.replaceAll('-', '+').replaceAll('_', '/')}=`));
  return secret?.byteLength === SECRET_BYTES ? { credential, secret } : undefined;
}

export function isCredentialId(text: string): boolean {
  return CREDENTIAL_ID.test(text);
}

/** What stands in for a secret where there is none: it keeps out who has not seen the handshake, and nobody else. */
export function anonymousSecret(): Uint8Array {
  return new Uint8Array(SECRET_BYTES);
}

/**
 * Puts the mask onto a secret, or takes it off a proof.
 *
 * @param keyHash SHA-256 of the whole key, as a hub keeps it
 * @returns 32 bytes
 */
export function masked(
  secret: Uint8Array,
  keyHash: Uint8Array,
  { crypto, context }: { readonly crypto: DatagramCrypto; readonly context: HandshakeContext },
): Uint8Array {
  const mask = crypto.mac(keyHash)(PROOF_LABEL, transcript(context));
  return secret.map((byte, at) => byte ^ (mask[at] ?? 0));
}

export function sessionMacs(secret: Uint8Array, crypto: DatagramCrypto, context: HandshakeContext): SessionMacs {
  const derive = crypto.mac(secret);
  const seen = transcript(context);
  return { client: crypto.mac(derive(CLIENT_LABEL, seen)), hub: crypto.mac(derive(HUB_LABEL, seen)) };
}

/** True when the secret belongs to the key of that hash. */
export function isSecretOf(key: string, keyHash: Uint8Array, crypto: DatagramCrypto): boolean {
  return equalBytes(crypto.sha256(encodeUtf8(key)), keyHash);
}

function transcript({ nonce, challenge }: HandshakeContext): Uint8Array {
  const bytes = new Uint8Array(nonce.byteLength + challenge.byteLength);
  bytes.set(nonce);
  bytes.set(challenge, nonce.byteLength);
  return bytes;
}
