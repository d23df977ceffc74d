import { Builder, ByteBuffer } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors/hub-error.ts';
import { createBinaryCodec } from './binary-codec.ts';
import { Header as WireHeader } from './generated/header.ts';
import { Message as WireMessage } from './generated/message.ts';
import { createJsonCodec } from './json-codec.ts';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.ts';
import { EMPTY_BYTES, Encoding, Flag, Kind, Method, NO_HEADERS, type MessageInit } from './message.ts';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const UNLIMITED: CodecLimits = { maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 };

const FULL = {
  kind: Kind.Request,
  method: Method.Patch,
  flags: Flag.Stream | Flag.Idempotent,
  encoding: Encoding.Other,
  status: 299,
  id: 0xffff_fffe,
  timeoutMs: 30_000,
  uri: '/söme/päth?q=🙂',
  from: 'caller-1',
  to: 'provider-1',
  headers: [
    { name: 'content-type', value: 'image/png' },
    { name: 'x-note', value: 'tab\tand é' },
    { name: 'x-note', value: '' },
  ],
  payload: Uint8Array.of(0, 1, 254, 255),
  credit: 262_144,
} satisfies MessageInit;

/** Positions in a frame of this writer; schemas/vectors/README.md. */
const VTABLE_AT = 10;
const TABLE_AT = 40;
const slotAt = (field: number): number => VTABLE_AT + 4 + 2 * field;

function changed(frame: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(frame);
  change(new DataView(copy.buffer));
  return copy;
}

function errorNameOf(frame: Uint8Array, limits: CodecLimits): string | undefined {
  try {
    createBinaryCodec(limits).decode(frame);
    return undefined;
  } catch (error) {
    return error instanceof ProtocolError ? error.errorName : 'no ProtocolError';
  }
}

describe('decode()', () => {
  it('[WP1] reads what encode() wrote, every field of it', () => {
    expect(codec.decode(codec.encode(FULL))).toMatchObject(FULL);
  });

  it('[WP1] gives every absent field its default', () => {
    expect(codec.decode(codec.encode({ kind: Kind.Ping }))).toMatchObject({
      kind: Kind.Ping,
      method: Method.Call,
      flags: 0,
      encoding: Encoding.Bytes,
      status: 0,
      id: 0,
      timeoutMs: 0,
      uri: undefined,
      from: undefined,
      to: undefined,
      headers: NO_HEADERS,
      payload: EMPTY_BYTES,
      credit: 0,
    });
  });

  it('[WP1] tells an empty text from an absent one', () => {
    const message = codec.decode(codec.encode({ kind: Kind.Request, uri: '', from: '' }));
    expect([message.uri, message.from, message.to]).toEqual(['', '', undefined]);
  });

  it.each([0, 1, 2, 3, 5])('[WP2] reads a frame at offset %i of a larger buffer, and copies nothing', (offset) => {
    const frame = codec.encode(FULL);
    const larger = new Uint8Array(frame.length + 2 * offset).fill(0xee);
    larger.set(frame, offset);
    const message = codec.decode(larger.subarray(offset, offset + frame.length));
    expect(message).toMatchObject(FULL);
    expect(message.payload.buffer).toBe(larger.buffer);
  });

  it('[WP2] gives the same headers and texts each time they are read', () => {
    const message = codec.decode(codec.encode(FULL));
    expect(message.headers).toBe(message.headers);
    expect(message.uri).toBe(message.uri);
  });
});

describe('limits', () => {
  const frame = codec.encode(FULL);
  const uriBytes = new TextEncoder().encode(FULL.uri).length;
  const headerBytes = FULL.headers.reduce((sum, { name, value }) => sum + name.length + Buffer.byteLength(value), 0);

  it.each([
    ['maxFrameBytes', frame.length],
    ['maxUriBytes', uriBytes],
    ['maxHeaders', FULL.headers.length],
    ['maxHeaderBytes', headerBytes],
  ] as const)('[WP8] %s of %i is enough, one less is TOO_LARGE_ERR', (limit, enough) => {
    expect(errorNameOf(frame, { ...DEFAULT_CODEC_LIMITS, [limit]: enough })).toBeUndefined();
    expect(errorNameOf(frame, { ...DEFAULT_CODEC_LIMITS, [limit]: enough - 1 })).toBe('TOO_LARGE_ERR');
  });

  it('[WP8] 0 means no limit', () => {
    const large = codec.encode({
      kind: Kind.Request,
      uri: 'a'.repeat(10_000),
      headers: Array.from({ length: 100 }, (_, index) => ({ name: `x-${String(index)}`, value: 'v'.repeat(300) })),
    });
    expect(errorNameOf(large, DEFAULT_CODEC_LIMITS)).toBe('TOO_LARGE_ERR');
    expect(errorNameOf(large, UNLIMITED)).toBeUndefined();
  });

  /** `count` headers that all are the same table, with a value of `valueBytes`. */
  function sharedHeaders(count: number, valueBytes: number): Uint8Array {
    const builder = new Builder(1024);
    const header = WireHeader.createHeader(
      builder,
      builder.createString('x'),
      builder.createString('v'.repeat(valueBytes)),
    );
    const headers = WireMessage.createHeadersVector(
      builder,
      Array.from({ length: count }, () => header),
    );
    WireMessage.startMessage(builder);
    WireMessage.addKind(builder, Kind.Request);
    WireMessage.addHeaders(builder, headers);
    WireMessage.finishMessageBuffer(builder, WireMessage.endMessage(builder));
    return builder.asUint8Array();
  }

  it('[WP9] the number of headers is checked before the first is looked at', () => {
    expect(errorNameOf(sharedHeaders(100_000, 10), DEFAULT_CODEC_LIMITS)).toBe('TOO_LARGE_ERR');
  });

  it('[WP9] headers that share one table cannot unfold to more than the frame, even without limits', () => {
    expect(errorNameOf(sharedHeaders(100_000, 100_000), UNLIMITED)).toBe('BAD_REQUEST_ERR');
    expect(errorNameOf(sharedHeaders(10, 2), UNLIMITED)).toBeUndefined();
  });
});

describe('encode()', () => {
  it('[WP3] always stores id and timeout_ms', () => {
    const view = new DataView(codec.encode({ kind: Kind.Request }).buffer);
    expect(view.getUint16(slotAt(5), true)).not.toBe(0);
    expect(view.getUint16(slotAt(6), true)).not.toBe(0);
  });

  it('[WP13] writes what the generated reader reads', () => {
    const read = WireMessage.getRootAsMessage(new ByteBuffer(codec.encode(FULL)));
    expect(WireMessage.bufferHasIdentifier(new ByteBuffer(codec.encode(FULL)))).toBe(true);
    expect({
      kind: read.kind(),
      method: read.method(),
      flags: read.flags(),
      encoding: read.encoding(),
      status: read.status(),
      id: read.id(),
      timeoutMs: read.timeoutMs(),
      uri: read.uri(),
      from: read.from(),
      to: read.to(),
      headers: Array.from({ length: read.headersLength() }, (_, index) => ({
        name: read.headers(index)?.name(),
        value: read.headers(index)?.value(),
      })),
      payload: read.payloadArray(),
      credit: read.credit(),
    }).toEqual(FULL);
  });

  it('[WP10] writes half of a surrogate pair as U+FFFD', () => {
    expect(codec.decode(codec.encode({ kind: Kind.Request, uri: '/\ud800' })).uri).toBe('/\ufffd');
  });

  it.each<[string, MessageInit]>([
    ['kind 0', { kind: Kind.Invalid }],
    ['a kind above the last', { kind: 12 as Kind }],
    ['a method above the last', { kind: Kind.Request, method: 8 as Method }],
    ['an encoding above the last', { kind: Kind.Request, encoding: 7 as Encoding }],
    ['a reserved flag', { kind: Kind.Request, flags: 16 }],
    ['a negative id', { kind: Kind.Request, id: -1 }],
    ['an id above 32 bits', { kind: Kind.Request, id: 2 ** 32 }],
    ['a fraction', { kind: Kind.Request, timeoutMs: 1.5 }],
    ['not a number', { kind: Kind.Credit, credit: Number.NaN }],
    ['a status above 16 bits', { kind: Kind.Response, status: 65_536 }],
    ['a control character in uri', { kind: Kind.Request, uri: '/a\n' }],
    ['a control character in from', { kind: Kind.Request, from: '\0' }],
    ['a control character in to', { kind: Kind.Request, to: '\x7f' }],
    ['an empty header name', { kind: Kind.Request, headers: [{ name: '', value: '' }] }],
    ['an upper-case header name', { kind: Kind.Request, headers: [{ name: 'X-A', value: '' }] }],
    ['a line feed in a header value', { kind: Kind.Request, headers: [{ name: 'x-a', value: 'a\r\nb: c' }] }],
  ])('[WP10] throws RangeError for %s, as the JSON codec does', (_, message) => {
    expect(() => codec.encode(message)).toThrow(RangeError);
    expect(() => createJsonCodec(DEFAULT_CODEC_LIMITS).encode(message)).toThrow(RangeError);
  });
});

describe('readdress()', () => {
  it('[WP4] patches id and budget in the frame itself', () => {
    const frame = codec.encode(FULL);
    const message = codec.decode(frame);
    expect(codec.readdress(message, 0x8000_0001, 1234)).toBe(frame);
    expect(codec.decode(frame)).toMatchObject({ ...FULL, id: 0x8000_0001, timeoutMs: 1234 });
  });

  it('[WP4] leaves the budget alone when none is given', () => {
    const message = codec.decode(codec.encode(FULL));
    expect(codec.decode(codec.readdress(message, 7))).toMatchObject({ ...FULL, id: 7 });
  });

  it('[WP4] leaves a budget absent that the sender did not store', () => {
    const frame = changed(codec.encode(FULL), (view) => view.setUint16(slotAt(6), 0, true));
    const patched = codec.readdress(codec.decode(frame), 7, 1234);
    expect(patched).toBe(frame);
    expect(codec.decode(patched)).toMatchObject({ id: 7, timeoutMs: 0 });
  });

  it('[WP5] writes a frame without id anew', () => {
    const frame = changed(codec.encode(FULL), (view) => view.setUint16(slotAt(5), 0, true));
    const written = codec.readdress(codec.decode(frame), 7, 1234);
    expect(written).not.toBe(frame);
    expect(codec.decode(written)).toMatchObject({ ...FULL, id: 7, timeoutMs: 1234 });
  });

  it('[WP5] writes a message of the JSON form as a FlatBuffer', () => {
    const json = createJsonCodec(DEFAULT_CODEC_LIMITS);
    const message = json.decode(json.encode({ kind: Kind.Request, id: 1, timeoutMs: 9, uri: '/a' }));
    expect(codec.decode(codec.readdress(message, 7))).toMatchObject({ id: 7, timeoutMs: 9, uri: '/a' });
  });

  it.each([-1, 1.5, 2 ** 32])('[WP10] throws RangeError for the id %d, patched or not', (id) => {
    const frame = codec.encode(FULL);
    expect(() => codec.readdress(codec.decode(frame), id)).toThrow(RangeError);
    expect(() => codec.readdress(codec.decode(frame), 1, id)).toThrow(RangeError);
    expect(codec.decode(frame)).toMatchObject(FULL);
  });
});

describe('frames that are read but not passed on', () => {
  const frame = codec.encode(FULL);
  const idOffset = 4;
  const timeoutOffset = 8;
  const uriField = TABLE_AT + 12;
  const headersAt = TABLE_AT + 24 + new DataView(frame.buffer).getUint32(TABLE_AT + 24, true);
  const headerVtableAt = headersAt + 4 + 4 * FULL.headers.length;
  const uriAt = uriField + new DataView(frame.buffer).getUint32(uriField, true);
  /** The header whose table lies first. */
  const headerAt = headerVtableAt + 8;

  /** Appends a vtable of a header at the frame's end and lets the first header use it. */
  function withHeaderVtable(bytes: readonly number[], shift = 0): Uint8Array {
    const at = frame.length + (frame.length % 2) + shift;
    const longer = new Uint8Array(at + bytes.length);
    longer.set(frame);
    longer.set(bytes, at);
    new DataView(longer.buffer).setInt32(headerAt, headerAt - at, true);
    return longer;
  }

  it.each<[string, Uint8Array]>([
    ['credit in the place of id', changed(frame, (view) => view.setUint16(slotAt(12), idOffset, true))],
    ['status in the place of timeout_ms', changed(frame, (view) => view.setUint16(slotAt(4), timeoutOffset + 2, true))],
    ['id in the place of timeout_ms', changed(frame, (view) => view.setUint16(slotAt(5), timeoutOffset, true))],
    ['id out of alignment', changed(frame, (view) => view.setUint16(slotAt(5), idOffset + 1, true))],
    [
      'a uri that lies in the table',
      changed(frame, (view) => {
        // `credit` is read as its length, the status behind it as its text.
        view.setUint32(TABLE_AT + 32, 1, true);
        view.setUint32(uriField, TABLE_AT + 32 - uriField, true);
        view.setUint8(TABLE_AT + 36, 0x2f);
      }),
    ],
    [
      'a uri that does not end with zero',
      changed(frame, (view) => view.setUint8(uriAt + 4 + Buffer.byteLength(FULL.uri), 1)),
    ],
    [
      'a table that claims what it refers to as its own',
      changed(frame, (view) => view.setUint16(VTABLE_AT + 2, frame.length - TABLE_AT, true)),
    ],
    ['a header with a field more', withHeaderVtable([10, 0, 12, 0, 4, 0, 8, 0, 8, 0])],
    ['a header whose vtable is out of alignment', withHeaderVtable([8, 0, 12, 0, 4, 0, 8, 0], 1)],
  ])('[WP5] %s: the message has no frame, and is written anew', (_, odd) => {
    const message = codec.decode(odd);
    expect(message.frame).toBeUndefined();
    const written = codec.readdress(message, 7, 99);
    const again = codec.decode(written);
    expect(again.frame).toBe(written);
    const { uri, from, headers, status, credit, payload } = message;
    expect(again).toMatchObject({ id: 7, timeoutMs: 99, uri, from, headers, status, credit, payload });
  });

  it('[WP5] a header whose vtable lies in the message is not passed on', () => {
    // credit and what follows it in the table, read as a vtable: 8, 12, 4, 8.
    const odd = changed(
      codec.encode({ ...FULL, credit: 0x000c_0008, status: 4, method: Method.Call, kind: 8 }),
      (view) => view.setInt32(headerAt, headerAt - (TABLE_AT + 32), true),
    );
    expect(codec.decode(odd).frame).toBeUndefined();
  });

  it('[WP12] unknown fields are ignored, and left out when the message is passed on', () => {
    const longer = new Uint8Array(frame.length + 2 + 32);
    const at = frame.length + (frame.length % 2);
    longer.set(frame);
    longer.set(frame.subarray(VTABLE_AT, VTABLE_AT + 30), at);
    const view = new DataView(longer.buffer);
    view.setUint16(at, 32, true);
    view.setUint16(at + 30, 42, true);
    view.setInt32(TABLE_AT, TABLE_AT - at, true);
    const message = codec.decode(longer);
    expect(message).toMatchObject(FULL);
    expect(message.frame).toBeUndefined();
  });
});

describe('frames of other writers', () => {
  it('[WP13] may be written by the library of flatc, back to front and with defaults left out', () => {
    const builder = new Builder(16);
    const uri = builder.createString('/a/b');
    const payload = builder.createByteVector(Uint8Array.of(9));
    WireMessage.startMessage(builder);
    WireMessage.addKind(builder, Kind.Request);
    WireMessage.addPayload(builder, payload);
    WireMessage.addUri(builder, uri);
    WireMessage.finishMessageBuffer(builder, WireMessage.endMessage(builder));
    const frame = builder.asUint8Array();
    const message = codec.decode(frame);
    expect(message).toMatchObject({ kind: Kind.Request, id: 0, uri: '/a/b', payload: Uint8Array.of(9) });
    expect(message.frame).toBe(frame);
  });
});
