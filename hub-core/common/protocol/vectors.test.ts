import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors/hub-error.ts';
import { createBinaryCodec } from './binary-codec.ts';
import { createJsonCodec } from './json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from './limits.ts';
import type { Message } from './message.ts';

const VECTORS = path.join(import.meta.dirname, '../../../schemas/vectors');
const GOOD = path.join(VECTORS, 'good');
const binary = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const json = createJsonCodec(DEFAULT_CODEC_LIMITS);

interface Malformed {
  readonly name: string;
  readonly form: 'binary' | 'json';
  readonly why: string;
  readonly status: number;
  readonly hex?: string;
  readonly text?: string;
}

const malformed = JSON.parse(readFileSync(path.join(VECTORS, 'malformed.json'), 'utf8')) as Malformed[];
const good = readdirSync(GOOD)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

/** Every field, decoded; without the frame, which only one form has. */
function fieldsOf(message: Message): Omit<Message, 'frame'> {
  const { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, credit } = message;
  const payload = Uint8Array.from(message.payload);
  return { kind, method, flags, encoding, status, id, timeoutMs, uri, from, to, headers, payload, credit };
}

/** The codecs' status for the vector's bytes, undefined when they are taken. */
function statusOf(vector: Malformed): number | undefined {
  const frame = vector.hex === undefined ? Buffer.from(vector.text ?? '') : Buffer.from(vector.hex, 'hex');
  try {
    (vector.form === 'binary' ? binary : json).decode(frame);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return (error as ProtocolError).status;
  }
}

describe('test vectors', () => {
  it('[WP20] cover every kind, method, encoding and flag', () => {
    const messages = good.map((name) => json.decode(readFileSync(path.join(GOOD, `${name}.json`))));
    expect(new Set(messages.map((message) => message.kind)).size).toBe(11);
    expect(new Set(messages.map((message) => message.method)).size).toBe(8);
    expect(new Set(messages.map((message) => message.encoding)).size).toBe(7);
    expect(messages.reduce((bits, message) => bits | message.flags, 0)).toBe(15);
    expect(malformed.length).toBeGreaterThanOrEqual(40);
  });

  it.each(good)('[WP20] %s means the same in both forms', (name) => {
    const frame = readFileSync(path.join(GOOD, `${name}.bin`));
    const text = readFileSync(path.join(GOOD, `${name}.json`));
    const message = binary.decode(frame);
    expect(fieldsOf(message)).toEqual(fieldsOf(json.decode(text)));
    expect(Buffer.from(json.encode(message)).toString()).toBe(text.toString().trimEnd());
  });

  it.each(good.filter((name) => !name.startsWith('layout-')))('[WP20] %s is written as in the vector', (name) => {
    const written = binary.encode(json.decode(readFileSync(path.join(GOOD, `${name}.json`))));
    expect(Buffer.from(written).toString('hex')).toBe(readFileSync(path.join(GOOD, `${name}.bin`)).toString('hex'));
  });

  it.each(malformed)('[WP6] $name is refused with $status: it $why', (vector) => {
    expect(statusOf(vector)).toBe(vector.status);
  });
});
