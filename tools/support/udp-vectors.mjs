// One handshake and one request over UDP with fixed numbers, every step of it: docs/udp.md says how each follows.
import { createHash, createHmac } from 'node:crypto';
import { DatagramSender, handshakeDatagram, sign } from '../../hub-core/common/transport/datagram/datagram.ts';
import { challengeMessage, firstHello, secondHello } from '../../hub-core/common/transport/datagram/datagram-hello.ts';
import {
  anonymousSecret,
  keyParts,
  masked,
  sessionMacs,
} from '../../hub-core/common/transport/datagram/datagram-keys.ts';
import { Encoding, Kind, Method } from '../../hub-core/common/protocol/message.ts';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const counting = (from, count) => Uint8Array.from({ length: count }, (_, index) => from + index);
const json = (value) => Buffer.from(JSON.stringify(value));

/** Remembers the keys that MACs were made of, which the vectors show. */
function recordingCrypto(keys) {
  return {
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    mac(key) {
      keys.push(hex(key));
      return (head, body) => createHmac('sha256', key).update(head).update(body).digest();
    },
  };
}

/** @param {string | undefined} key undefined = anonymous */
function handshake(encode, name, key) {
  const [nonce, challenge, token] = [counting(0x10, 16), counting(0x40, 24), counting(0xa0, 8)];
  const context = { nonce, challenge };
  const keys = [];
  const crypto = recordingCrypto(keys);
  const parts = key === undefined ? { secret: anonymousSecret() } : keyParts(key);
  const hash = key === undefined ? undefined : crypto.sha256(Buffer.from(key));
  const proof = hash === undefined ? undefined : masked(parts.secret, hash, { crypto, context });
  keys.length = 0;
  const macs = sessionMacs(parts.secret, crypto, context);
  const [, clientKey, hubKey] = keys;

  const first = handshakeDatagram(firstHello(nonce, encode));
  const asked = handshakeDatagram(encode(challengeMessage(challenge)), nonce);
  const introduction = { client: key === undefined ? undefined : 'sensor', agent: 'vectors/1' };
  const { credential } = parts;
  const second = handshakeDatagram(encode(secondHello({ ...introduction, credential, proof, nonce, challenge })));
  sign(second, macs.client);
  const hub = new DatagramSender(token, macs.hub);
  const client = new DatagramSender(token, macs.client);
  const welcome = { kind: Kind.Welcome, encoding: Encoding.Json, payload: json({ session: 's1' }) };
  const request = { kind: Kind.Request, method: Method.Get, id: 1, timeoutMs: 1_000, uri: '/status/info' };
  const response = { kind: Kind.Response, id: 1, status: 200, encoding: Encoding.Json, payload: json({ ok: true }) };
  const refusal = { kind: Kind.Goodbye, status: 401, encoding: Encoding.Json, payload: json({ status: 401 }) };
  const session = {
    welcome: hub.seal(encode(welcome)),
    request: client.seal(encode(request)),
    response: hub.seal(encode(response)),
  };
  return {
    name,
    ...(key !== undefined && { key, key_hash: hex(hash), credential, client: introduction.client }),
    agent: introduction.agent,
    secret: hex(parts.secret),
    nonce: hex(nonce),
    challenge: hex(challenge),
    ...(proof !== undefined && { proof: hex(proof) }),
    client_key: clientKey,
    hub_key: hubKey,
    token: hex(token),
    datagrams: {
      first_hello: hex(first),
      challenge: hex(asked),
      second_hello: hex(second),
      refusal: hex(handshakeDatagram(encode(refusal), nonce)),
      ...Object.fromEntries(Object.entries(session).map(([step, datagram]) => [step, hex(datagram)])),
    },
  };
}

/** @param {(message: object) => Uint8Array} encode */
export function udpVectors(encode) {
  const key = `whub_abcdefghij_${Buffer.from(counting(0x80, 32)).toString('base64url')}`;
  return [handshake(encode, 'with-a-key', key), handshake(encode, 'anonymous', undefined)];
}
