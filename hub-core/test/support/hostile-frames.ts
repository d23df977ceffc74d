/** Frames that nobody should send: noise, and good frames with something wrong about them. */
import fc from 'fast-check';
import type { Codec } from '../../common/protocol/codec.ts';
import { Encoding, Flag, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';

/** One of each kind, with everything that it can carry. */
export const GOOD_MESSAGES: readonly MessageInit[] = [
  { kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload({ client: 'cat', key: 'k', agent: 'a/1' }) },
  { kind: Kind.Welcome, encoding: Encoding.Json, payload: jsonPayload({}) },
  { kind: Kind.Request, method: Method.Get, id: 1, uri: '/status/info', from: 'cat', timeoutMs: 1000 },
  {
    kind: Kind.Request,
    method: Method.Post,
    flags: Flag.Idempotent,
    id: 2,
    uri: '/echo/a/b?c=d',
    from: 'cat',
    to: 'cat',
    headers: [
      { name: 'accept', value: '*/*' },
      { name: 'whub-trace', value: 't' },
    ],
    encoding: Encoding.Json,
    payload: jsonPayload({ list: [1, 2, { deep: 'ü' }] }),
  },
  { kind: Kind.Request, flags: Flag.OneWay, id: 3, uri: '/echo/', payload: new Uint8Array(64).fill(0xa5) },
  {
    kind: Kind.Response,
    status: 200,
    id: 0x8000_0001,
    encoding: Encoding.Text,
    payload: new TextEncoder().encode('text'),
  },
  { kind: Kind.Cancel, id: 1 },
  { kind: Kind.Data, flags: Flag.End, id: 1, payload: new Uint8Array(32) },
  { kind: Kind.Credit, id: 1, credit: 4096 },
  { kind: Kind.Ping, id: 7, payload: new Uint8Array(8) },
  { kind: Kind.Pong, id: 7 },
  { kind: Kind.Notice, uri: '/topic', from: 'cat', encoding: Encoding.Json, payload: jsonPayload([]) },
  { kind: Kind.Goodbye, encoding: Encoding.Json, payload: jsonPayload({}) },
];

interface Edit {
  readonly what: 'set' | 'flip' | 'cut' | 'insert' | 'repeat' | 'u32';
  readonly at: number;
  readonly value: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  what: fc.constantFrom('set', 'flip', 'cut', 'insert', 'repeat', 'u32'),
  at: fc.nat(1 << 16),
  value: fc.oneof(
    fc.nat(0xff),
    fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff),
  ),
});

function applyEdit(frame: Uint8Array, { what, at, value }: Edit): Uint8Array {
  const position = frame.byteLength === 0 ? 0 : at % frame.byteLength;
  const changed = Uint8Array.from(frame);
  switch (what) {
    case 'set':
      changed[position] = value;
      return changed;
    case 'flip':
      changed[position] = (changed[position] ?? 0) ^ (1 << (value & 7));
      return changed;
    case 'cut':
      return changed.subarray(0, position);
    case 'insert':
      return Uint8Array.from([...changed.subarray(0, position), value, ...changed.subarray(position)]);
    case 'repeat':
      return Uint8Array.from([...changed, ...changed.subarray(position)]);
    case 'u32':
      if (position + 4 <= changed.byteLength) new DataView(changed.buffer).setUint32(position, value, true);
      return changed;
  }
}

/** Noise one time in four, else a good frame of `codec` with one to four edits. */
export function hostileFrame(codec: Codec): fc.Arbitrary<Uint8Array> {
  const good = GOOD_MESSAGES.map((message) => codec.encode(message));
  const mutated = fc
    .tuple(fc.constantFrom(...good), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([frame, edits]) => edits.reduce(applyEdit, frame));
  return fc.oneof({ weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) }, { weight: 3, arbitrary: mutated });
}
