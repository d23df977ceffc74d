import { RefusedError } from '../../errors.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import { parseJsonPayload } from '../../../common/protocol/payload.ts';
import { encodeUtf8 } from '../../../common/protocol/utf8.ts';
import type { DatagramCrypto } from '../../../common/transport/datagram/datagram-crypto.ts';
import { secondHello } from '../../../common/transport/datagram/datagram-hello.ts';
import {
  anonymousSecret,
  keyParts,
  masked,
  sessionMacs,
  type HandshakeContext,
  type SessionMacs,
} from '../../../common/transport/datagram/datagram-keys.ts';

/**
 * Makes of a Hello with a key in it one that proves the key.
 *
 * @throws {RefusedError} for a token, which cannot be proved, and for what is no key: a hub would take neither
 */
export function answerChallenge(
  hello: Message,
  { crypto, context }: { readonly crypto: DatagramCrypto; readonly context: HandshakeContext },
): { readonly hello: MessageInit; readonly macs: SessionMacs } {
  const { client, agent, key, token } = parseJsonPayload(hello.payload) as Readonly<Record<string, string | undefined>>;
  if (token !== undefined) throw refused('a token cannot be sent over udp, where it could be read; connect with a key');
  if (key === undefined) {
    return { hello: secondHello({ client, agent, ...context }), macs: sessionMacs(anonymousSecret(), crypto, context) };
  }
  const parts = keyParts(key);
  if (parts === undefined) throw refused('what was given has not the form of a key');
  const { secret, credential } = parts;
  const proof = masked(secret, crypto.sha256(encodeUtf8(key)), { crypto, context });
  return {
    hello: secondHello({ client, agent, credential, proof, ...context }),
    macs: sessionMacs(secret, crypto, context),
  };
}

function refused(why: string): RefusedError {
  return new RefusedError(401, why);
}
