import { describe, expect, it } from 'vitest';
import { SchemaCompiler } from './schema-compiler.ts';
import type { Schema } from './read-schema.ts';

function reasonOf(schema: Schema, value: unknown): string | undefined {
  const violation = new SchemaCompiler().get(schema).check(value);
  return violation === undefined ? undefined : `${violation.pointer} ${violation.reason}`;
}

/** Processor time, which other work on the machine does not lengthen. */
function cpuMsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / 1_000;
}

const fits = (schema: Schema, value: unknown): boolean => reasonOf(schema, value) === undefined;

describe('SchemaCompiler', () => {
  it('[SC14] enforces the vocabulary of draft 2020-12', () => {
    const tree = {
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
      $ref: '#/$defs/node',
    };
    const unevaluated = { allOf: [{ properties: { a: true } }], unevaluatedProperties: false };
    expect([
      fits(tree, { next: { next: {} } }),
      fits(tree, { next: { next: 1 } }),
      fits(unevaluated, { a: 1 }),
      fits(unevaluated, { a: 1, b: 2 }),
      fits({ prefixItems: [{ type: 'string' }], items: false }, ['a']),
      fits({ prefixItems: [{ type: 'string' }], items: false }, ['a', 'b']),
      fits(JSON.parse('{ "if": { "const": 1 }, "then": false }') as Schema, 1),
      fits({ dependentRequired: { a: ['b'] } }, { a: 1 }),
      fits({ 'x-unknown': 1, nullable: true, $async: true, title: 'a' }, 1),
      fits(false, 1),
    ]).toEqual([true, false, true, false, true, false, false, false, true, false]);
  });

  it('[SC14] decodes references as JSON pointers', () => {
    const schema = { $defs: { 'a/b c': { type: 'string' } }, $ref: '#/$defs/a~1b%20c' };
    expect([fits(schema, 'x'), fits(schema, 1)]).toEqual([true, false]);
  });

  it.each([
    ['date', '2026-02-28', '2026-02-30'],
    ['date-time', '2026-11-25T12:00:00Z', '2026-11-25 noon'],
    ['duration', 'P1DT2H', 'P'],
    ['uri', 'https://example.org/a?b#c', 'no uri'],
    ['uri-reference', '/a/b?c', 'a b'],
    ['email', 'ann@example.org', 'ann'],
    ['hostname', 'a-b.example', '-a'],
    ['ipv4', '127.0.0.1', '256.0.0.1'],
    ['ipv6', '::1', ':::1'],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123e4567'],
    ['json-pointer', '/a/0', 'a'],
    ['regex', '^a+$', '(?=a)'],
    ['byte', 'aGk=', 'a'],
  ])('[SC14] knows the format %s', (format, good, bad) => {
    expect([fits({ format }, good), fits({ format }, bad), fits({ format }, 1)]).toEqual([true, false, true]);
  });

  it('[SC15] a pattern takes linear time, and one request no more than its share', () => {
    const evil = { pattern: '^(a+)+$' };
    const began = process.threadCpuUsage();
    expect([fits(evil, `${'a'.repeat(50_000)}!`), fits(evil, 'aaa')]).toEqual([false, true]);
    const strings = Array.from({ length: 60 }, () => 'a'.repeat(50_000));
    const wide = { items: { pattern: '^([a-z]{1,100}[0-9]?){5}$' } };
    expect(reasonOf(wide, strings)).toMatch(/^(\/\d+ must match pattern| takes more work to check)/);
    expect(cpuMsSince(began)).toBeLessThan(5_000);
  });

  it('[SC15] unique items are told without comparing each with each', () => {
    const objects = Array.from({ length: 20_000 }, (_, index) => ({ a: index, b: { c: [index] } }));
    const began = process.threadCpuUsage();
    expect([
      fits({ uniqueItems: true }, objects),
      fits({ uniqueItems: true }, [{ a: 1, b: 2 }, { b: 2, a: 1 }]),
      fits({ uniqueItems: true }, [1, '1', true, null, '"1', [1], ['1']]),
      fits({ uniqueItems: true }, ['a', 'a']),
      fits({ uniqueItems: false }, ['a', 'a']),
    ]).toEqual([true, false, true, false, true]);
    expect(cpuMsSince(began)).toBeLessThan(5_000);
  }); // prettier-ignore

  it('[SC15] alternatives that multiply with the depth of the value are cut off', () => {
    const branch = { required: ['n'], properties: { n: { $ref: '#' } } };
    const schema = { anyOf: [{ type: 'number' }, branch, { ...branch, minProperties: 1 }] };
    let value: unknown = 'no number';
    for (let depth = 0; depth < 60; depth += 1) value = { n: value };
    expect(reasonOf(schema, value)).toContain('takes more work to check');
  });

  it('[SC15] a choice whose branches go on elsewhere costs what putting their errors together costs', () => {
    const next = { $ref: '#/$defs/next' };
    const choice = { properties: { n: { anyOf: [next, next] }, no: false } };
    const schema = { ...next, $defs: { next: choice } };
    const nested = (depth: number): unknown => (depth === 0 ? { no: 1 } : { n: nested(depth - 1) });
    expect([reasonOf(schema, nested(10)), reasonOf(schema, nested(18))]).toEqual([
      expect.stringContaining('boolean schema is false'),
      expect.stringContaining('takes more work to check'),
    ]);
  });

  it('[SC15] a value nested too deep is refused, not thrown over', () => {
    const value: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(reasonOf({ items: { $ref: '#' } }, value)).toMatch(/nested deeper than can be checked|takes more work/);
    expect(reasonOf({ uniqueItems: true }, [value])).toMatch(/nested deeper than can be checked/);
  });

  it('[SC16] makes the code of a text once, and forgets what was not used for longest', () => {
    const compiler = new SchemaCompiler();
    const first = compiler.get({ const: 0 });
    const isSame = compiler.get({ const: 0 }) === first;
    for (let index = 1; index <= 1_100; index += 1) compiler.get({ const: index });
    expect([isSame, compiler.size, compiler.get({ const: 0 }) === first, first.check(0)]).toEqual([
      true,
      1_024,
      false,
      undefined,
    ]);
  });

  it('[SC16] makes code for every schema within the limits', () => {
    const deep = (depth: number): Schema => (depth === 0 ? { type: 'string' } : { properties: { a: deep(depth - 1) } });
    const wide = {
      properties: Object.fromEntries(
        Array.from({ length: 499 }, (_, index) => [`p${String(index)}`, { type: 'string' }]),
      ),
    };
    const chain = {
      $defs: Object.fromEntries(
        Array.from({ length: 240 }, (_, index) => [
          `d${String(index)}`,
          { properties: { n: { $ref: `#/$defs/d${String((index + 1) % 240)}` } } },
        ]),
      ),
      $ref: '#/$defs/d0',
    };
    expect([fits(deep(64), {}), fits(wide, { p1: 1 }), fits(chain, { n: { n: {} } })]).toEqual([true, false, true]);
  });
});
