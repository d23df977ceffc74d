import { checkAddress } from './outgoing-rules.ts';
import { putU32, VerifiedFrame } from './binary-layout.ts';
import { BinaryMessage } from './binary-message.ts';
import { writeFrame } from './binary-writer.ts';
import type { Codec } from './codec.ts';
import type { CodecLimits } from './limits.ts';
import type { Message, MessageInit } from './message.ts';

/**
 * The codec of the subprotocol `whub.v1.fbs`: one FlatBuffer a frame.
 *
 * A message whose frame another verifier might refuse, or in which a patch would hit more than its field, has no `frame`:
 * it is read like any other, and written anew when it is passed on. Fields that this version does not know are left out.
 *
 * @param limits 0 = none; the frame's own size bounds everything even then
 */
export function createBinaryCodec(limits: CodecLimits): Codec {
  return {
    subprotocol: 'whub.v1.fbs',
    frameType: 'binary',
    decode: (frame) => new BinaryMessage(new VerifiedFrame(frame, limits)),
    encode: (message: MessageInit) => writeFrame(message, message.id ?? 0, message.timeoutMs ?? 0),
    readdress: (message, id, timeoutMs) =>
      patch(message, id, timeoutMs) ?? writeFrame(message, id, timeoutMs ?? message.timeoutMs),
  };
}

/** @returns undefined when the message is in no buffer, or its buffer has no place for the id */
function patch(message: Message, id: number, timeoutMs: number | undefined): Uint8Array | undefined {
  if (!(message instanceof BinaryMessage) || message.frame === undefined) return undefined;
  const { idAt, timeoutAt } = message.verified;
  if (idAt === 0) return undefined;
  checkAddress(id, timeoutMs);
  putU32(message.frame, idAt, id);
  // A budget that the sender did not store stays the hub's default, as 0 does.
  if (timeoutMs !== undefined && timeoutAt !== 0) putU32(message.frame, timeoutAt, timeoutMs);
  return message.frame;
}
