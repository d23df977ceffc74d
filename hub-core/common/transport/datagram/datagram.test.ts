import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../protocol/limits.ts';
import { Encoding, Kind, type MessageInit } from '../../protocol/message.ts';
import { jsonPayload } from '../../protocol/payload.ts';
import {
  answeredNonceOf,
  DatagramReceiver,
  DatagramSender,
  frameOf,
  handshakeDatagram,
  hasToken,
  isHandshake,
  isSigned,
  sessionNumberOf,
  tokenOf,
} from './datagram.ts';
import type { DatagramCrypto } from './datagram-crypto.ts';
import { firstHello, hexOf, MIN_FIRST_HELLO_BYTES, readChallenge, readHello } from './datagram-hello.ts';
import { anonymousSecret, isSecretOf, keyParts, masked, sessionMacs } from './datagram-keys.ts';

const VECTORS = path.join(import.meta.dirname, '../../../../schemas/vectors/udp.json');

interface Vector {
  readonly name: string;
  readonly key?: string;
  readonly key_hash?: string;
  readonly credential?: string;
  readonly secret: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly proof?: string;
  readonly client_key: string;
  readonly hub_key: string;
  readonly token: string;
  readonly datagrams: Readonly<
    Record<'first_hello' | 'challenge' | 'second_hello' | 'refusal' | 'welcome' | 'request' | 'response', string>
  >;
}

const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[];
const crypto: DatagramCrypto = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  mac: (key) => (head, body) => createHmac('sha256', key).update(head).update(body).digest(),
};
const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const encode = (message: MessageInit): Uint8Array => codec.encode(message);
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hmac = (key: string, label: string, { nonce, challenge }: Vector): string =>
  createHmac('sha256', bytes(key)).update(label).update(bytes(nonce)).update(bytes(challenge)).digest('hex');

describe.each(vectors)('the vector "$name"', (vector) => {
  const { datagrams } = vector;
  const context = { nonce: bytes(vector.nonce), challenge: bytes(vector.challenge) };
  const macs = sessionMacs(bytes(vector.secret), crypto, context);

  it('[UD1] keys follow from secret, nonce and challenge as docs/udp.md says', () => {
    expect(vector.client_key).toBe(hmac(vector.secret, 'whub udp v1 client', vector));
    expect(vector.hub_key).toBe(hmac(vector.secret, 'whub udp v1 hub', vector));
    if (vector.key === undefined) {
      expect(vector.secret).toBe(hexOf(anonymousSecret()));
      return;
    }
    const mask = bytes(hmac(vector.key_hash ?? '', 'whub udp v1 proof', vector));
    const proof = bytes(vector.secret).map((byte, at) => byte ^ (mask[at] ?? 0));
    expect(vector.proof).toBe(hexOf(proof));
    expect(hexOf(masked(proof, bytes(vector.key_hash ?? ''), { crypto, context }))).toBe(vector.secret);
    expect(isSecretOf(vector.key, bytes(vector.key_hash ?? ''), crypto)).toBe(true);
    expect(keyParts(vector.key)).toEqual({ credential: vector.credential, secret: bytes(vector.secret) });
  });

  it('[UD1] the handshake is read as it is written', () => {
    const first = readHello(codec.decode(frameOf(bytes(datagrams.first_hello))));
    expect(first).toEqual({ nonce: context.nonce, hasSecret: false });
    expect(hexOf(handshakeDatagram(firstHello(context.nonce, encode)))).toBe(datagrams.first_hello);
    const asked = bytes(datagrams.challenge);
    expect(readChallenge(codec.decode(frameOf(asked)))).toEqual(context.challenge);
    expect(hexOf(answeredNonceOf(asked))).toBe(vector.nonce);
    const second = bytes(datagrams.second_hello);
    expect(readHello(codec.decode(frameOf(second)))).toEqual({
      ...context,
      credential: vector.credential,
      proof: vector.proof === undefined ? undefined : bytes(vector.proof),
      hasSecret: false,
    });
    expect(isSigned(second, macs.client)).toBe(true);
    expect([datagrams.first_hello, datagrams.challenge, datagrams.second_hello].map(bytes).every(isHandshake)).toBe(
      true,
    );
  });

  it('[UD2] neither key nor secret is in what a client sends', () => {
    for (const datagram of Object.values(datagrams)) {
      if (vector.key !== undefined) expect(datagram).not.toContain(vector.secret);
      const text = Buffer.from(datagram, 'hex').toString('latin1');
      expect(text).not.toContain(vector.key?.slice(16) ?? 'whub_');
      if (vector.key !== undefined) expect(text).not.toContain(vector.secret);
    }
  });

  it('[UD1] datagrams of the session bear token, sequence and tag', () => {
    const [hub, client] = [new DatagramReceiver(macs.hub), new DatagramReceiver(macs.client)];
    for (const step of ['welcome', 'response'] as const) {
      expect(tokenOf(bytes(datagrams[step]))).toEqual(bytes(vector.token));
      expect(hub.judge(bytes(datagrams[step]))).toBe('fresh');
      expect(hub.judge(bytes(datagrams[step]))).toBe('replayed');
    }
    expect(client.judge(bytes(datagrams.request))).toBe('fresh');
    const sender = new DatagramSender(bytes(vector.token), macs.client);
    expect(hexOf(sender.seal(frameOf(bytes(datagrams.request))))).toBe(datagrams.request);
    expect(new DatagramReceiver(macs.hub).judge(bytes(datagrams.request))).toBe('forged');
  });

  it('[UD3] a datagram with any bit changed is not taken, and does not count as come', () => {
    const request = bytes(datagrams.request);
    const receiver = new DatagramReceiver(macs.client);
    for (let bit = 0; bit < request.length * 8; bit += 1) {
      const changed = request.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(receiver.judge(changed)).not.toBe('fresh');
    }
    expect(receiver.judge(request)).toBe('fresh');
  });
});

describe('firstHello', () => {
  it('[UD4] is at least as long as the hub asks for', () => {
    const datagram = handshakeDatagram(firstHello(new Uint8Array(16), encode));
    expect(datagram.byteLength).toBe(MIN_FIRST_HELLO_BYTES);
  });
});

describe('readHello', () => {
  const nonce = '00'.repeat(16);
  const read = (members: unknown, encoding: number = Encoding.Json) =>
    readHello(
      codec.decode(codec.encode({ kind: Kind.Hello, encoding: encoding as Encoding, payload: jsonPayload(members) })),
    );

  it('[UD6] says when a key or a token was sent in clear', () => {
    expect(read({ nonce, key: 'whub_x' })?.hasSecret).toBe(true);
    expect(read({ nonce, token: 'eyJ' })?.hasSecret).toBe(true);
    expect(read({ nonce })?.hasSecret).toBe(false);
  });

  it.each([
    ['no object', []],
    ['no nonce', {}],
    ['a short nonce', { nonce: '00' }],
    ['a nonce in capitals', { nonce: 'AA'.repeat(16) }],
    ['half a byte', { nonce: `${nonce}0` }],
    ['a number for a nonce', { nonce: 1 }],
    ['an empty challenge', { nonce, challenge: '' }],
    ['a challenge that is too long', { nonce, challenge: '00'.repeat(129) }],
    ['a proof of nobody', { nonce, challenge: '00', proof: '00'.repeat(32) }],
    ['a credential without proof', { nonce, challenge: '00', credential: 'abcdefghij' }],
    ['no credential id', { nonce, challenge: '00', credential: '../../../x', proof: '00'.repeat(32) }],
    ['a short proof', { nonce, challenge: '00', credential: 'abcdefghij', proof: '00'.repeat(31) }],
  ])('[UD8] does not take %s', (_what, members) => {
    expect(read(members)).toBeUndefined();
  });

  it('[UD8] does not take another kind or encoding, or what is no JSON', () => {
    expect(read({ nonce }, Encoding.Text)).toBeUndefined();
    const notice = { kind: Kind.Notice, encoding: Encoding.Json, payload: jsonPayload({ nonce }) };
    expect(readHello(codec.decode(codec.encode(notice)))).toBeUndefined();
    const broken = { kind: Kind.Hello, encoding: Encoding.Json, payload: Uint8Array.of(0x7b) };
    expect(readHello(codec.decode(codec.encode(broken)))).toBeUndefined();
  });
});

describe('keyParts', () => {
  it.each(['', 'whub_abcdefghij_short', `whub_ABCDEFGHIJ_${'A'.repeat(43)}`, `whub_abcdefghij_${'A'.repeat(42)}B`])(
    '[UD6] does not take "%s"',
    (key) => {
      expect(keyParts(key)).toBeUndefined();
    },
  );
});

describe('DatagramSender', () => {
  it('[UD1] counts from 1, and its token names the session', () => {
    const token = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const sender = new DatagramSender(token, () => new Uint8Array(32));
    const sequences = [1, 2, 3].map(() => Buffer.from(sender.seal(Uint8Array.of(9))).readUInt32LE(8));
    expect(sequences).toEqual([1, 2, 3]);
    const datagram = sender.seal(Uint8Array.of(9));
    expect({
      number: sessionNumberOf(datagram),
      own: hasToken(datagram, token),
      handshake: isHandshake(datagram),
    }).toEqual({
      number: 0x0403_0201,
      own: true,
      handshake: false,
    });
    expect(hasToken(datagram, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 9))).toBe(false);
    expect(sender.isSpent).toBe(false);
  });
});
