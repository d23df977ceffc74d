// How the test vectors that are not simply an encoded message come about: buffers that other writers may produce, and
// broken ones. Each is a good frame with one thing changed, so that nothing else can be the reason for its refusal.
import { Builder } from 'flatbuffers';
import { Header } from '../../hub-core/common/protocol/generated/header.ts';
import { Message } from '../../hub-core/common/protocol/generated/message.ts';

/** Offsets in a frame as our writer lays it out; schemas/vectors/README.md. */
const VTABLE = 10;
const TABLE = 40;
const slot = (id) => VTABLE + 4 + 2 * id;
const FIELD = { kind: 0, method: 1, flags: 2, encoding: 3, id: 5, uri: 7, from: 8, headers: 10, payload: 11 };
const u32 = (frame, at) => new DataView(frame.buffer, frame.byteOffset).getUint32(at, true);
const u16 = (frame, at) => new DataView(frame.buffer, frame.byteOffset).getUint16(at, true);

/** Where the field lies. */
const field = (frame, id) => TABLE + u16(frame, slot(id));
/** Where the string or vector lies that the field refers to. */
const target = (frame, id) => field(frame, id) + u32(frame, field(frame, id));

/** A copy with `bytes` at `at`. */
function withBytes(frame, at, ...bytes) {
  const copy = Uint8Array.from(frame);
  copy.set(bytes, at);
  return copy;
}
const le16 = (value) => [value & 255, (value >> 8) & 255];
const le32 = (value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
const with16 = (frame, at, value) => withBytes(frame, at, ...le16(value));
const with32 = (frame, at, value) => withBytes(frame, at, ...le32(value));

function append(frame, ...bytes) {
  return Uint8Array.from([...frame, ...bytes]);
}

/** What every recipe starts from: all references, two headers. */
const BASE = {
  kind: 3,
  method: 1,
  id: 5,
  timeoutMs: 1000,
  uri: '/a/b',
  from: 'c1',
  to: 'c2',
  headers: [
    { name: 'x-a', value: 'one' },
    { name: 'x-b', value: 'two' },
  ],
  payload: Uint8Array.of(1, 2, 3),
};

/** Written by the library of flatc, as clients in most languages do: back to front, defaults left out, texts shared. */
function builtByLibrary() {
  const builder = new Builder(64);
  const shared = builder.createSharedString('x-a');
  const header = () => Header.createHeader(builder, shared, builder.createSharedString('x-a'));
  const headers = Message.createHeadersVector(builder, [header(), header()]);
  const payload = Message.createPayloadVector(builder, [1, 2, 3]);
  const uri = builder.createString('/a/b');
  Message.startMessage(builder);
  Message.addPayload(builder, payload);
  Message.addUri(builder, uri);
  Message.addHeaders(builder, headers);
  Message.addId(builder, 5);
  Message.addKind(builder, 3);
  Message.finishMessageBuffer(builder, Message.endMessage(builder));
  return builder.asUint8Array();
}

/** A vtable of one more field than this version knows, at the frame's end. */
function withUnknownField(frame) {
  const vtable = append(frame, ...(frame.length % 2 === 0 ? [] : [0]));
  const table = with32(vtable, TABLE, TABLE - vtable.length);
  // The new field lies in the table's padding.
  return append(table, ...le16(32), ...table.subarray(VTABLE + 2, VTABLE + 30), ...le16(42));
}

/** The table moved to an odd place: legal to read, but not what a writer should do. */
function misaligned(frame) {
  const extra = Uint8Array.from([...frame.subarray(0, VTABLE), 0, ...frame.subarray(VTABLE)]);
  return with32(extra, 0, TABLE + 1);
}

/** Good frames that our own writer would write otherwise: name → [the message's JSON form, bytes]. */
export function otherLayouts(encode) {
  const base = encode(BASE);
  const text =
    '{"kind":"request","method":"get","id":5,"timeout_ms":1000,"uri":"/a/b","from":"c1","to":"c2","headers":{"x-a":"one","x-b":"two"},"payload_base64":"AQID"}';
  const minimal = Uint8Array.from([...le32(16), ...Buffer.from('WHB1'), ...le16(6), ...le16(5), ...le16(4), 0, 0]);
  return new Map([
    [
      'layout-library',
      [
        '{"kind":"request","id":5,"uri":"/a/b","headers":{"x-a":["x-a","x-a"]},"payload_base64":"AQID"}',
        builtByLibrary(),
      ],
    ],
    ['layout-smallest', ['{"kind":"goodbye"}', append(minimal, ...le32(8), 11)]],
    ['layout-unknown-field', [text, withUnknownField(base)]],
    ['layout-misaligned', [text, misaligned(base)]],
    ['layout-unterminated', [text, withBytes(base, target(base, FIELD.uri) + 8, 0x7a)]],
    [
      'layout-shared-vector',
      [
        text.replace('"/a/b"', '"c2"').replace('"c1"', '"c2"'),
        [FIELD.uri, FIELD.from].reduce(
          (frame, id) => with32(frame, field(frame, id), target(base, 9) - field(frame, id)),
          base,
        ),
      ],
    ],
  ]);
}

/** name, why, bytes. All are 400 but those that `TOO_LARGE` names. */
export function brokenFrames(encode) {
  const base = encode(BASE);
  const at = (id) => field(base, id);
  const to = (id) => target(base, id);
  const firstHeader = to(FIELD.headers) + 4 + u32(base, to(FIELD.headers) + 4);
  const headerVtable = to(FIELD.headers) + 4 + 8;
  const nameAt = firstHeader + 4 + u32(base, firstHeader + 4);
  const valueAt = firstHeader + 8 + u32(base, firstHeader + 8);
  const text = (id, ...bytes) => withBytes(base, to(id) + 4, ...bytes);
  return [
    ['empty', 'has no bytes at all', new Uint8Array(0)],
    ['shorter-than-identifier', 'ends before the file identifier', base.subarray(0, 7)],
    ['identifier-only', 'ends before the table', base.subarray(0, 8)],
    ['truncated-vtable', 'ends within the vtable', base.subarray(0, 20)],
    ['truncated-table', 'ends within the table', base.subarray(0, 60)],
    ['truncated-payload', 'ends one byte before the payload does', base.subarray(0, base.length - 1)],
    ['wrong-identifier', 'has the file identifier WHB2', withBytes(base, 7, 0x32)],
    ['zero-bytes', 'consists of zeros', new Uint8Array(64)],
    ['size-prefixed', 'starts with the length that belongs to TCP', append(le32(base.length), ...base)],
    ['root-zero', 'refers to itself as the root table', with32(base, 0, 0)],
    ['root-in-identifier', 'has its root table in the file identifier', with32(base, 0, 4)],
    ['root-outside', 'has its root table behind the end', with32(base, 0, base.length)],
    ['root-huge', 'has its root table at 4 GiB', with32(base, 0, 0xffff_ffff)],
    ['vtable-before-start', 'has its vtable before the start', with32(base, TABLE, TABLE + 2)],
    ['vtable-behind-end', 'has its vtable behind the end', with32(base, TABLE, TABLE - base.length)],
    ['vtable-smallest-integer', 'has its vtable 2 GiB away', with32(base, TABLE, 0x8000_0000)],
    ['vtable-too-small', 'has a vtable of 2 bytes', with16(base, VTABLE, 2)],
    ['vtable-odd', 'has a vtable of an odd number of bytes', with16(base, VTABLE, 29)],
    ['vtable-too-large', 'has a vtable larger than the frame', with16(base, VTABLE, 0xfffe)],
    ['table-too-small', 'has a table of 3 bytes', with16(base, VTABLE + 2, 3)],
    ['table-too-large', 'has a table that ends behind the frame', with16(base, VTABLE + 2, 0xffff)],
    ['field-in-offset', 'has a field where the table refers to its vtable', with16(base, slot(FIELD.id), 2)],
    ['field-behind-table', 'has a field behind the table', with16(base, slot(FIELD.id), 0xfff0)],
    ['field-across-table-end', 'has a field that ends behind the table', with16(base, slot(FIELD.id), 42)],
    ['kind-missing', 'has no kind', with16(base, slot(FIELD.kind), 0)],
    ['kind-invalid', 'has the kind Invalid', withBytes(base, at(FIELD.kind), 0)],
    ['kind-unknown', 'has a kind that does not exist', withBytes(base, at(FIELD.kind), 12)],
    ['method-unknown', 'has a method that does not exist', withBytes(base, at(FIELD.method), 8)],
    ['encoding-unknown', 'has an encoding that does not exist', withBytes(base, at(FIELD.encoding), 7)],
    ['flags-reserved', 'sets a reserved bit of flags', withBytes(base, at(FIELD.flags), 16)],
    ['uri-outside', 'has its uri behind the end', with32(base, at(FIELD.uri), base.length)],
    ['uri-reference-huge', 'has its uri at 4 GiB', with32(base, at(FIELD.uri), 0xffff_ffff)],
    ['uri-length-outside', 'has a uri longer than the frame', with32(base, to(FIELD.uri), 8000)],
    ['uri-not-utf8', 'has a byte 0xff in its uri', text(FIELD.uri, 0x2f, 0xff)],
    ['uri-overlong', 'has a slash written in two bytes in its uri', text(FIELD.uri, 0xc0, 0xaf)],
    ['uri-surrogate', 'has a surrogate in its uri', text(FIELD.uri, 0xed, 0xa0, 0x80)],
    ['uri-above-unicode', 'has U+110000 in its uri', text(FIELD.uri, 0xf4, 0x90, 0x80, 0x80)],
    ['uri-truncated-sequence', 'has a uri that ends within a character', text(FIELD.uri, 0x2f, 0x61, 0x62, 0xc3)],
    ['uri-control', 'has a line feed in its uri', text(FIELD.uri, 0x0a)],
    ['from-nul', 'has a NUL in from', text(FIELD.from, 0)],
    ['headers-count-huge', 'claims 4,294,967,295 headers', with32(base, to(FIELD.headers), 0xffff_ffff), 400],
    ['headers-outside', 'has its headers behind the end', with32(base, at(FIELD.headers), base.length)],
    ['header-outside', 'has its first header behind the end', with32(base, to(FIELD.headers) + 4, base.length)],
    ['header-name-missing', 'has a header without a name', with16(base, headerVtable + 4, 0)],
    ['header-value-missing', 'has a header without a value', with16(base, headerVtable + 6, 0)],
    ['header-name-empty', 'has a header with an empty name', with32(base, nameAt, 0)],
    ['header-name-upper-case', 'has a header name in upper case', withBytes(base, nameAt + 4, 0x58)],
    ['header-name-space', 'has a space in a header name', withBytes(base, nameAt + 4, 0x20)],
    ['header-name-colon', 'has a colon in a header name', withBytes(base, nameAt + 4, 0x3a)],
    ['header-value-line-feed', 'has a line feed in a header value', withBytes(base, valueAt + 4, 0x0a)],
    ['header-value-not-utf8', 'has a byte 0xff in a header value', withBytes(base, valueAt + 4, 0xff)],
    ['payload-outside', 'has its payload behind the end', with32(base, at(FIELD.payload), base.length)],
    ['payload-length-huge', 'claims a payload of 4 GiB', with32(base, to(FIELD.payload), 0xffff_ffff)],
    ['uri-too-long', 'has a uri of 8,193 bytes', encode({ ...BASE, uri: `/${'a'.repeat(8192)}` }), 413],
    [
      'headers-too-many',
      'has 65 headers',
      encode({ ...BASE, headers: Array.from({ length: 65 }, (_, index) => ({ name: `x-${index}`, value: '' })) }),
      413,
    ],
    [
      'headers-too-large',
      'has headers of 16,385 bytes',
      encode({ ...BASE, headers: [{ name: 'x', value: 'a'.repeat(16_384) }] }),
      413,
    ],
  ];
}

/** name, why, text or bytes of a frame of the JSON form. */
export const BROKEN_TEXTS = [
  ['empty', 'has no bytes at all', ''],
  ['no-object', 'is an array', '[]'],
  ['not-closed', 'ends within the object', '{"kind":"ping"'],
  ['two-objects', 'holds two objects', '{"kind":"ping"}{"kind":"ping"}'],
  ['byte-order-mark', 'starts with a byte order mark', '\ufeff{"kind":"ping"}'],
  ['not-utf8', 'has a byte 0xff in a string', Buffer.from('7b226b696e64223a22ff227d', 'hex')],
  ['trailing-comma', 'has a comma before the end', '{"kind":"ping",}'],
  ['single-quotes', 'uses single quotes', "{'kind':'ping'}"],
  ['comment', 'holds a comment', '{"kind":"ping"/* */}'],
  ['no-colon', 'lacks a colon', '{"kind" "ping"}'],
  ['key-not-string', 'has a key without quotes', '{kind:"ping"}'],
  ['kind-missing', 'has no kind', '{"id":1}'],
  ['kind-invalid', 'has the kind invalid', '{"kind":"invalid"}'],
  ['kind-unknown', 'has a kind that does not exist', '{"kind":"shout"}'],
  ['kind-upper-case', 'has its kind in upper case', '{"kind":"PING"}'],
  ['kind-number', 'has a number for a kind', '{"kind":8}'],
  ['method-upper-case', 'has its method in upper case', '{"kind":"request","method":"GET"}'],
  ['method-unknown', 'has a method that does not exist', '{"kind":"request","method":"trace"}'],
  ['encoding-unknown', 'has an encoding that does not exist', '{"kind":"request","encoding":"xml"}'],
  ['key-unknown', 'has a key that does not exist', '{"kind":"ping","colour":"red"}'],
  ['key-prototype', 'has the key __proto__', '{"kind":"ping","__proto__":{"id":1}}'],
  ['key-twice', 'has a key twice', '{"kind":"ping","id":1,"id":2}'],
  ['key-twice-escaped', 'has a key twice, once escaped', '{"kind":"ping","id":1,"\\u0069d":2}'],
  ['id-negative', 'has a negative id', '{"kind":"ping","id":-1}'],
  ['id-fraction', 'has an id of 1.5', '{"kind":"ping","id":1.5}'],
  ['id-too-large', 'has an id above 32 bits', '{"kind":"ping","id":4294967296}'],
  ['id-string', 'has an id in quotes', '{"kind":"ping","id":"1"}'],
  ['id-null', 'has null for an id', '{"kind":"ping","id":null}'],
  ['id-leading-zero', 'has an id with a leading zero', '{"kind":"ping","id":01}'],
  ['status-too-large', 'has a status above 16 bits', '{"kind":"response","status":65536}'],
  ['uri-number', 'has a number for a uri', '{"kind":"request","uri":1}'],
  ['uri-null', 'has null for a uri', '{"kind":"request","uri":null}'],
  ['uri-control', 'has a raw line feed in its uri', '{"kind":"request","uri":"/a\n"}'],
  ['uri-escaped-control', 'has an escaped line feed in its uri', '{"kind":"request","uri":"/a\\n"}'],
  ['uri-half-surrogate', 'has half of a surrogate pair in its uri', '{"kind":"request","uri":"/\\ud800"}'],
  ['uri-bad-escape', 'has an escape that does not exist', '{"kind":"request","uri":"/\\x41"}'],
  ['uri-too-long', 'has a uri of 8,193 bytes', `{"kind":"request","uri":"/${'a'.repeat(8192)}"}`, 413],
  ['flags-number', 'has a number for flags', '{"kind":"request","flags":1}'],
  ['flag-unknown', 'has a flag that does not exist', '{"kind":"request","flags":{"urgent":true}}'],
  ['flag-number', 'has a flag that is no boolean', '{"kind":"request","flags":{"end":1}}'],
  ['flag-twice', 'has a flag twice', '{"kind":"request","flags":{"end":true,"end":false}}'],
  ['headers-array', 'has an array for headers', '{"kind":"request","headers":[]}'],
  ['header-number', 'has a header that is a number', '{"kind":"request","headers":{"x-a":1}}'],
  ['header-array-number', 'has a number among the values of a header', '{"kind":"request","headers":{"x-a":["1",2]}}'],
  ['header-array-empty', 'has a header with no value', '{"kind":"request","headers":{"x-a":[]}}'],
  ['header-twice', 'has a header twice', '{"kind":"request","headers":{"x-a":"1","x-a":"2"}}'],
  ['header-name-empty', 'has a header with an empty name', '{"kind":"request","headers":{"":"1"}}'],
  ['header-name-upper-case', 'has a header name in upper case', '{"kind":"request","headers":{"X-A":"1"}}'],
  ['header-value-line-feed', 'has a line feed in a header', '{"kind":"request","headers":{"x-a":"1\\r\\nx-b: 2"}}'],
  [
    'headers-too-many',
    'has 65 headers',
    `{"kind":"request","headers":{"x-a":[${Array.from({ length: 65 }, () => '""').join(',')}]}}`,
    413,
  ],
  [
    'headers-too-large',
    'has headers of 16,385 bytes',
    `{"kind":"request","headers":{"x":"${'a'.repeat(16_384)}"}}`,
    413,
  ],
  ['payload-not-json', 'has a payload that is no JSON', '{"kind":"request","payload":nul}'],
  ['payload-bad-number', 'has a payload with a number that ends in a point', '{"kind":"request","payload":1.}'],
  ['payload-bad-exponent', 'has a payload with a number without an exponent', '{"kind":"request","payload":1e+}'],
  ['payload-bad-unicode', 'has a payload with a broken escape', '{"kind":"request","payload":"\\u12g4"}'],
  [
    'payload-too-deep',
    'has a payload nested 256 deep',
    `{"kind":"request","payload":${'['.repeat(256)}${']'.repeat(256)}}`,
  ],
  ['payload-text-number', 'has a number for a text', '{"kind":"request","encoding":"text","payload":1}'],
  [
    'payload-text-half-surrogate',
    'has half of a surrogate pair in a text',
    '{"kind":"request","encoding":"text","payload":"\\udc00"}',
  ],
  [
    'payload-of-bytes',
    'has a payload that only payload_base64 can hold',
    '{"kind":"request","encoding":"bytes","payload":"AA=="}',
  ],
  ['payload-twice', 'has both payloads', '{"kind":"request","payload":1,"payload_base64":"AA=="}'],
  ['base64-number', 'has a number for base64', '{"kind":"request","payload_base64":1}'],
  ['base64-unpadded', 'has base64 without padding', '{"kind":"request","payload_base64":"AA"}'],
  ['base64-url', 'has base64 in the alphabet of URLs', '{"kind":"request","payload_base64":"__8="}'],
  ['base64-space', 'has a space in base64', '{"kind":"request","payload_base64":"AA AA=="}'],
  ['base64-not-canonical', 'has base64 whose last bits are not zero', '{"kind":"request","payload_base64":"AB=="}'],
];
