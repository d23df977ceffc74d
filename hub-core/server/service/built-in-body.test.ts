import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonPayload, textPayload } from '../../common/protocol/payload.ts';
import { parseBody, readBody } from './built-in-body.ts';

const RULES = { action: 'do it', maxBytes: 1_000 };
const schema = z.strictObject({ name: z.string().default('none') });

describe('parseBody', () => {
  it('[BI20] takes an absent body for an empty object', () => {
    expect([parseBody(schema, new Uint8Array(0), RULES), parseBody(schema, jsonPayload({ name: 'a' }), RULES)]).toEqual(
      [{ name: 'none' }, { name: 'a' }],
    );
  });

  it('[BI20] names what is wrong and never its value', () => {
    expect(() => parseBody(schema, jsonPayload({ name: ['secret'] }), RULES)).toThrow(
      expect.objectContaining({
        errorName: 'BAD_REQUEST_ERR',
        message: 'Cannot do it: "name": Invalid input: expected string, received array',
      }),
    );
    expect(() => parseBody(schema, jsonPayload([]), RULES)).toThrow('Cannot do it: the body: ');
  });

  it('[BI20] says little, however much is wrong', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${String(i)}`, 1]));
    let text = '';
    try {
      parseBody(schema, jsonPayload(many), { ...RULES, maxBytes: Infinity });
    } catch (error) {
      text = String(error);
    }
    expect([text.includes('Unrecognized keys: "k0", "k1"'), text.length < 300]).toEqual([true, true]);
  });
});

describe('readBody', () => {
  it('[BI20] takes as much as may be and no more', () => {
    expect(readBody(textPayload(`"${'x'.repeat(998)}"`), RULES)).toHaveLength(998);
    expect(() => readBody(textPayload(`"${'x'.repeat(999)}"`), RULES)).toThrow(
      expect.objectContaining({
        errorName: 'TOO_LARGE_ERR',
        message: 'Cannot do it: the body has 1001 bytes, and 1000 is the most',
      }),
    );
  });

  it('[BI20] takes 256 arrays and refuses 257', () => {
    const arrays = (depth: number): Uint8Array => textPayload('['.repeat(depth) + ']'.repeat(depth));
    expect(JSON.stringify(readBody(arrays(256), RULES))).toHaveLength(512);
    expect(() => readBody(arrays(257), RULES)).toThrow('the body is nested more than 256 arrays and objects deep');
  });
});
