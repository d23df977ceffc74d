import fc from 'fast-check';
import { Builder, ByteBuffer } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { Header as WireHeader } from '../../common/protocol/generated/header.ts';
import { Message as WireMessage } from '../../common/protocol/generated/message.ts';
import { isJson } from '../../common/protocol/json-scanner.ts';
import { createJsonCodec } from '../../common/protocol/json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, Method, type Header, type Message } from '../../common/protocol/message.ts';

const UNLIMITED = { maxFrameBytes: 0, maxHeaders: 0, maxHeaderBytes: 0, maxUriBytes: 0 };
const binary = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const json = createJsonCodec(DEFAULT_CODEC_LIMITS);

type Fields = Omit<Message, 'frame'>;

const lineText = fc.string({ unit: 'binary', maxLength: 120 }).map((text) =>
  // eslint-disable-next-line no-control-regex -- what is left is what may be sent
  text.toWellFormed().replaceAll(/[\0-\x1f\x7f]/g, ''),
);
const header = fc.record<Header>({
  name: fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
  value: lineText,
});
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
);
const fields: fc.Arbitrary<Fields> = fc.record({
  kind: fc.constantFrom(...Object.values(Kind).filter((kind) => kind !== Kind.Invalid)),
  method: fc.constantFrom(...Object.values(Method)),
  flags: fc.integer({ min: 0, max: 15 }),
  encoding: fc.constantFrom(...Object.values(Encoding)),
  status: fc.integer({ min: 0, max: 0xffff }),
  id: fc.integer({ min: 0, max: 0xffff_ffff }),
  timeoutMs: fc.integer({ min: 0, max: 0xffff_ffff }),
  uri: fc.option(lineText, { nil: undefined }),
  from: fc.option(lineText, { nil: undefined }),
  to: fc.option(lineText, { nil: undefined }),
  headers: fc.array(header, { maxLength: 8 }),
  payload,
  credit: fc.integer({ min: 0, max: 0xffff_ffff }),
});

/** Reads every lazy field, so that whatever may go wrong in it does. */
function readAll(message: Message): Fields {
  const { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, credit } = message;
  const body = Uint8Array.from(message.payload);
  return { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, payload: body, credit };
}

/** Space around a body of JSON is no part of the value, so the JSON form does not keep it. */
function trimmed(message: Fields): Fields {
  if (message.encoding !== Encoding.Json || !isJson(message.payload)) return message;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(message.payload);
  return { ...message, payload: new TextEncoder().encode(text.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')) };
}

/** The JSON form puts headers of one name together. */
function grouped(message: Fields): Fields {
  const names = [...new Set(message.headers.map(({ name }) => name))];
  return {
    ...message,
    headers: names.flatMap((name) => message.headers.filter((candidate) => candidate.name === name)),
  };
}

/** The message, or undefined when it was refused as it should be. Anything else thrown fails the test. */
function tryDecode(codec: Codec, frame: Uint8Array): Fields | undefined {
  try {
    return readAll(codec.decode(frame));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** A change to some bytes of a frame, or of its length. */
type Mutation = { readonly at: number; readonly bytes: ArrayLike<number> } | { readonly cut: number };
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
  fc.record({ at: fc.nat(), bytes: fc.constantFrom([0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0x7f]) }),
  fc.record({ cut: fc.nat() }),
);

function mutate(frame: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let result = Uint8Array.from(frame);
  for (const change of changes) {
    if ('cut' in change) {
      result = result.subarray(0, change.cut % (result.length + 1));
      continue;
    }
    if (result.length === 0) continue;
    for (let index = 0; index < change.bytes.length; index++) {
      result[(change.at + index) % result.length] = change.bytes[index] ?? 0;
    }
  }
  return result;
}

/** Writes as clients with the library of flatc do; what is a default is left out, and `order` shuffles the fields. */
function buildWithLibrary(message: Fields, order: readonly number[]): Uint8Array {
  const builder = new Builder(1);
  // The library takes a shared empty text for an absent one.
  const text = (value: string | undefined): number => {
    if (value === undefined) return 0;
    return value === '' ? builder.createString('') : builder.createSharedString(value);
  };
  const [uri, from, to] = [text(message.uri), text(message.from), text(message.to)];
  const tables = message.headers.map(({ name, value }) => WireHeader.createHeader(builder, text(name), text(value)));
  const headers = tables.length === 0 ? 0 : WireMessage.createHeadersVector(builder, tables);
  const body = builder.createByteVector(message.payload);
  const steps = [
    () => WireMessage.addKind(builder, message.kind),
    () => WireMessage.addMethod(builder, message.method),
    () => WireMessage.addFlags(builder, message.flags),
    () => WireMessage.addEncoding(builder, message.encoding),
    () => WireMessage.addStatus(builder, message.status),
    () => WireMessage.addId(builder, message.id),
    () => WireMessage.addTimeoutMs(builder, message.timeoutMs),
    () => WireMessage.addUri(builder, uri),
    () => WireMessage.addFrom(builder, from),
    () => WireMessage.addTo(builder, to),
    () => WireMessage.addHeaders(builder, headers),
    () => WireMessage.addPayload(builder, body),
    () => WireMessage.addCredit(builder, message.credit),
  ];
  WireMessage.startMessage(builder);
  for (const index of order) steps[index]?.();
  WireMessage.finishMessageBuffer(builder, WireMessage.endMessage(builder));
  return builder.asUint8Array();
}
const order = fc.shuffledSubarray([...Array(13).keys()], { minLength: 13, maxLength: 13 });

function readWithLibrary(frame: Uint8Array): Fields {
  const read = WireMessage.getRootAsMessage(new ByteBuffer(frame));
  return {
    kind: read.kind(),
    method: read.method(),
    flags: read.flags(),
    encoding: read.encoding(),
    status: read.status(),
    id: read.id(),
    timeoutMs: read.timeoutMs(),
    uri: read.uri() ?? undefined,
    from: read.from() ?? undefined,
    to: read.to() ?? undefined,
    headers: Array.from({ length: read.headersLength() }, (_, index) => {
      const entry = read.headers(index);
      return { name: entry?.name() ?? '', value: entry?.value() ?? '' };
    }),
    payload: Uint8Array.from(read.payloadArray() ?? []),
    credit: read.credit(),
  };
}

/** The library reads a byte order mark as nothing, which is its mistake. */
const hasNoMark = (message: Fields): boolean =>
  ![message.uri, message.from, message.to, ...message.headers.map(({ value }) => value)].some((text) =>
    text?.startsWith('\ufeff'),
  );

describe('binary codec', () => {
  it('[WP1] decode() gives back what encode() was given', () => {
    fc.assert(
      fc.property(fields, (message) => {
        expect(readAll(binary.decode(binary.encode(message)))).toEqual(message);
      }),
    );
  });

  it('[WP4] readdress() changes id and budget and nothing else, and needs no second frame', () => {
    fc.assert(
      fc.property(fields, fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (message, id, timeoutMs) => {
        const frame = binary.encode(message);
        expect(binary.readdress(binary.decode(frame), id, timeoutMs)).toBe(frame);
        expect(readAll(binary.decode(frame))).toEqual({ ...message, id, timeoutMs });
      }),
    );
  });

  it('[WP13] writes what the generated reader reads', () => {
    fc.assert(
      fc.property(fields.filter(hasNoMark), (message) => {
        expect(readWithLibrary(binary.encode(message))).toEqual(message);
      }),
    );
  });

  it('[WP13] reads what the library of flatc writes, in any order and with shared texts, and may pass it on', () => {
    fc.assert(
      fc.property(fields, order, (message, steps) => {
        const frame = buildWithLibrary(message, steps);
        const read = binary.decode(frame);
        expect(readAll(read)).toEqual(message);
        expect(read.frame).toBe(frame);
        const passed = binary.readdress(read, 0x8000_0001, 5);
        const timeoutMs = message.timeoutMs === 0 && message.id !== 0 ? 0 : 5;
        expect(readAll(binary.decode(passed))).toEqual({ ...message, id: 0x8000_0001, timeoutMs });
      }),
    );
  });

  it('[WP7] any bytes decode or give a ProtocolError', () => {
    const identified = fc.uint8Array({ minLength: 8, maxLength: 200 }).map((bytes) => {
      bytes.set([0x57, 0x48, 0x42, 0x31], 4);
      return bytes;
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), identified), (frame) => {
        if (tryDecode(binary, frame) === undefined) refused++;
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it('[WP7] any change to a good frame decodes or gives a ProtocolError, whoever wrote it', () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(fields, order, fc.array(mutation, { minLength: 1, maxLength: 3 }), (message, steps, changes) => {
        for (const frame of [binary.encode(message), buildWithLibrary(message, steps)]) {
          const mutated = mutate(frame, changes);
          const read = tryDecode(createBinaryCodec(UNLIMITED), mutated);
          if (read === undefined) refused++;
          else taken++;
        }
      }),
      { numRuns: 2_000 },
    );
    // Else the changes would be too gentle or too rough to show anything.
    expect(Math.min(taken, refused)).toBeGreaterThan(20);
  });

  it('[WP5] what is passed on after a change is what was read, whatever the frame looked like', () => {
    fc.assert(
      fc.property(fields, fc.array(mutation, { minLength: 1, maxLength: 2 }), (message, changes) => {
        const mutated = mutate(binary.encode(message), changes);
        const before = tryDecode(binary, mutated);
        if (before === undefined) return;
        const after = readAll(binary.decode(binary.readdress(binary.decode(mutated), 0x89ab_cdef)));
        expect(after).toEqual({ ...before, id: 0x89ab_cdef });
      }),
      { numRuns: 2_000 },
    );
  });

  it('[WP9] what is decoded is no more than was sent', () => {
    fc.assert(
      fc.property(fields, order, fc.array(mutation, { maxLength: 2 }), (message, steps, changes) => {
        const frame = mutate(buildWithLibrary(message, steps), changes);
        const read = tryDecode(createBinaryCodec(UNLIMITED), frame);
        if (read === undefined) return;
        const headerBytes = read.headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
        expect(headerBytes).toBeLessThanOrEqual(frame.length);
        expect(read.payload.length).toBeLessThanOrEqual(frame.length);
      }),
    );
  });
});

describe('JSON codec', () => {
  it('[WP14] decode() gives back what encode() was given', () => {
    fc.assert(
      fc.property(fields, (message) => {
        expect(readAll(json.decode(json.encode(message)))).toEqual(trimmed(grouped(message)));
      }),
    );
  });

  it('[WP14] writes JSON', () => {
    fc.assert(
      fc.property(fields, (message) => {
        const parsed = JSON.parse(new TextDecoder().decode(json.encode(message))) as Record<string, unknown>;
        expect(parsed['kind']).toEqual(expect.any(String));
      }),
    );
  });

  it('[WP19] a binary message goes through the JSON form and back unchanged', () => {
    fc.assert(
      fc.property(fields, (message) => {
        const there = json.encode(binary.decode(binary.encode(message)));
        const back = binary.encode(json.decode(there));
        expect(readAll(binary.decode(back))).toEqual(trimmed(grouped(message)));
      }),
    );
  });

  it('[WP15] any JSON value is a payload, byte for byte', () => {
    const spaced = fc
      .tuple(fc.jsonValue({ maxDepth: 5 }), fc.nat(4))
      .map(([value, indent]) => JSON.stringify(value, null, indent));
    fc.assert(
      fc.property(spaced, (text) => {
        const message = json.decode(new TextEncoder().encode(`{"kind":"data","payload":${text}}`));
        expect(new TextDecoder().decode(message.payload)).toBe(text);
      }),
    );
  });

  it('[WP16] takes the same texts for JSON as JSON.parse does', () => {
    const nearJson = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', '.', 'e', ' ', '\n'),
    );
    fc.assert(
      fc.property(nearJson, ([text, at, inserted]) => {
        const cut = at % (text.length + 1);
        const near = text.slice(0, cut) + inserted + text.slice(inserted === '' ? cut + 1 : cut);
        let expected = true;
        try {
          JSON.parse(near);
        } catch {
          expected = false;
        }
        expect(isJson(new TextEncoder().encode(near))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('[WP7] any bytes, and any change to a good frame, decode or give a ProtocolError', () => {
    const letter: fc.Arbitrary<Mutation> = fc.record({
      at: fc.nat(),
      bytes: fc.integer({ min: 0x20, max: 0x7e }).map((byte) => [byte]),
    });
    const changes = fc.oneof(
      fc.array(mutation, { minLength: 1, maxLength: 2 }),
      fc.array(letter, { minLength: 1, maxLength: 1 }),
    );
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(fields, fc.uint8Array({ maxLength: 100 }), changes, (message, noise, set) => {
        tryDecode(json, noise);
        if (tryDecode(json, mutate(json.encode(message), set)) === undefined) refused++;
        else taken++;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(20);
  });
});
