import type { Codec } from '../../common/protocol/codec.ts';
import type { Message } from '../../common/protocol/message.ts';

type Change = Partial<Pick<Message, 'from' | 'headers' | 'status' | 'encoding' | 'payload' | 'id'>>;

/**
 * The message with other members; only what policy changes costs this copy.
 *
 * @throws {RangeError} for what may not stand in a message
 */
export function rebuiltMessage(message: Message, codec: Codec, change: Change): Message {
  const { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, payload, credit } = message;
  const same = { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, payload, credit };
  return codec.decode(codec.encode({ ...same, ...change }));
}
