import type { Codec } from './codec.ts';
import { checkFrameBytes } from './field-rules.ts';
import { readJsonFrame } from './json-reader.ts';
import { writeJsonFrame } from './json-writer.ts';
import type { CodecLimits } from './limits.ts';

/**
 * The codec of the subprotocol `whub.v1.json`: one JSON object a frame. Its messages have no `frame`, and a message of the
 * binary codec can be written by this one and the other way round.
 *
 * @param limits 0 = none
 */
export function createJsonCodec(limits: CodecLimits): Codec {
  return {
    subprotocol: 'whub.v1.json',
    frameType: 'text',
    decode(frame) {
      checkFrameBytes(frame, limits);
      return readJsonFrame(frame, limits);
    },
    encode: (message) => writeJsonFrame(message, message.id ?? 0, message.timeoutMs ?? 0),
    readdress: (message, id, timeoutMs) => writeJsonFrame(message, id, timeoutMs ?? message.timeoutMs),
  };
}
