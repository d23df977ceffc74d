import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../common/errors/hub-error.ts';
import { Kind, type Message } from '../common/protocol/message.ts';
import { createBinaryCodec } from '../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../common/protocol/limits.ts';
import { jsonPayload, textPayload } from '../common/protocol/payload.ts';
import { parseGoodbye } from './goodbye.ts';
import { parseWelcome } from './welcome.ts';

const GOOD = {
  session: 's',
  client: 'c',
  role: 'client',
  hub: { id: 'h', name: 'n', version: 'v' },
  limits: { max_frame_bytes: 1, max_in_flight: 2, credit_bytes: 262_144 },
  heartbeat_ms: 3,
};

describe('parseWelcome', () => {
  it('[CL2] reads what is needed, and ignores what it does not know', () => {
    expect(parseWelcome(jsonPayload({ ...GOOD, later: 1 }))).toEqual({
      session: 's',
      client: 'c',
      role: 'client',
      hub: { id: 'h', name: 'n', version: 'v' },
      limits: { maxFrameBytes: 1, maxInFlight: 2, creditBytes: 262_144 },
      heartbeatMs: 3,
    });
  });

  it.each([
    [{ ...GOOD, session: 1 }],
    [{ ...GOOD, heartbeat_ms: -1 }],
    [{ ...GOOD, hub: null }],
    [{ ...GOOD, limits: [] }],
    [[]],
    [null],
  ])('[CL2] refuses %j', (value) => {
    expect(() => parseWelcome(jsonPayload(value))).toThrow(ProtocolError);
  });
});

describe('parseGoodbye', () => {
  const goodbye = (status: number, payload: Uint8Array): Message => {
    const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
    return codec.decode(codec.encode({ kind: Kind.Goodbye, status, payload }));
  };

  it.each([
    [0, jsonPayload({}), { status: 0, text: 'the hub left', retryAfterMs: 0, isRefusal: false }],
    [503, new Uint8Array(0), { status: 503, text: 'the hub left with 503', retryAfterMs: 0, isRefusal: false }],
    [401, jsonPayload({ detail: 'no' }), { status: 401, text: 'no', retryAfterMs: 0, isRefusal: true }],
    [
      503,
      jsonPayload({ detail: 'wait', retry_after_ms: 9 }),
      { status: 503, text: 'wait', retryAfterMs: 9, isRefusal: false },
    ],
    [
      503,
      jsonPayload({ retry_after_ms: 'soon' }),
      { status: 503, text: 'the hub left with 503', retryAfterMs: 0, isRefusal: false },
    ],
    [400, jsonPayload(null), { status: 400, text: 'the hub left with 400', retryAfterMs: 0, isRefusal: false }],
  ])('[CL11] of %i reads status, text, and how long to stay away', (status, payload, expected) => {
    expect(parseGoodbye(goodbye(status, payload))).toEqual(expected);
  });

  it('[CL11] takes the status alone from one that is no JSON', () => {
    expect(parseGoodbye(goodbye(500, textPayload('oops')))).toMatchObject({ status: 500, retryAfterMs: 0 });
  });
});
