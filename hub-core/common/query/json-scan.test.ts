import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, isDecimal } from './decimal.ts';
import { parseJsonPath, type JsonStep } from './json-path.ts';
import { JsonScanner } from './json-scan.ts';

function valuesAt(path: string, text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  new JsonScanner(parseJsonPath(path)).scan(bytes, (start, end) => {
    found.push(new TextDecoder().decode(bytes.subarray(start, end)));
    return false;
  });
  return found;
}

/** What a path leads to in a value, the plain way. */
function reference(value: unknown, steps: readonly JsonStep[]): unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const children: [key: string | number, child: unknown][] = Array.isArray(value)
    ? value.map((child: unknown, index) => [index, child])
    : Object.entries(value);
  return children.flatMap(([key, child]) => {
    const named = step.name === undefined || step.name === key;
    const placed = step.index === undefined || step.index === key;
    return [...(step.within ? reference(child, steps) : []), ...(named && placed ? reference(child, rest) : [])];
  });
}

describe('JsonScanner.scan', () => {
  it.each([
    ['$', ' [1, 2] ', ['[1, 2]']],
    ['$.a', '{"a" : 1e400 , "b":2}', ['1e400']],
    ['$.a.b', '{"a":{"x":{"b":0},"b":"q\\"}"}}', [String.raw`"q\"}"`]],
    ['$["\u00e4\\"b"]', '{"\\u00e4\\"b":1,"\u00e4\\"b":2}', ['1', '2']],
    ['$[1]', '[[0,9],[1,9]]', ['[1,9]']],
    ['$[*].a', '[{"a":1},{"b":2},{"a":3}]', ['1', '3']],
    ['$..a', '{"a":{"a":1},"b":[{"a":2}]}', ['1', '{"a":1}', '2']],
    ['$.*', '{"x":1,"y":[]}', ['1', '[]']],
    ['$[0]', '{"0":1}', []],
    ['$.a', '[{"a":1}]', []],
  ])('[QL19] finds %s in %s', (path, text, expected) => {
    expect(valuesAt(path, text)).toEqual(expected);
  });

  it.each([
    ['{"a":1,"b":{"a":"cut of', ['1', '"cut of']],
    ['{"a":1,,"a":2}', ['1']],
    ['{"a" 1}', []],
    ['{"a":', []],
    ['{"a":1]', ['1']],
    ['not json', []],
    ['', []],
    ['[{"a":1}{"a":2}]', ['1']],
  ])('[QL19] goes as far as it can in %s', (text, expected) => {
    expect(valuesAt('$..a', text)).toEqual(expected);
  });

  it('[QL19] takes any depth in time linear in the text', () => {
    const depth = 200_000;
    expect(valuesAt('$..a', `${'['.repeat(depth)}${']'.repeat(depth)}`)).toEqual([]);
    expect(valuesAt('$.b', `{"x":${'[{"a":'.repeat(depth)},"b":1}`)).toEqual([]);
    expect(valuesAt('$.b', `{"x":${'['.repeat(depth)}${']'.repeat(depth)},"b":1}`)).toEqual(['1']);
  });

  it('[QL19] finds what a parser finds', () => {
    const paths = ['$', '$.a', '$.a.b', '$..a', '$[0]', '$..[1]', '$.*', '$..*', '$.a[*].b', '$..a.b', '$..a..b'];
    let found = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.jsonValue({ stringUnit: 'grapheme' }),
        fc.array(fc.constantFrom('a', 'b')),
        (path, value, names) => {
          const nested = names.reduce<unknown>(
            (inner, name, at) => (at % 3 === 2 ? [0, inner] : { [name]: inner }),
            value,
          );
          const wanted = reference(nested, parseJsonPath(path).steps);
          found += wanted.length;
          const got = valuesAt(path, JSON.stringify(nested)).map((text) => JSON.parse(text) as unknown);
          const order = (values: readonly unknown[]): string[] =>
            [...new Set(values.map((each) => JSON.stringify(each)))].toSorted();
          expect(order(got)).toEqual(order(JSON.parse(JSON.stringify(wanted)) as unknown[]));
        },
      ),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(2_000);
  });
});

describe('compareDecimals', () => {
  it('[QL16] compares by exact value, as BigInt does with a common exponent', () => {
    const decimals = fc.record({
      digits: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      exponent: fc.integer({ min: -20, max: 20 }),
    });
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const scaled = ({ digits, exponent }: typeof a): bigint => digits * 10n ** BigInt(exponent + 20);
        const difference = scaled(a) - scaled(b);
        const [left, right] = [a, b].map(({ digits, exponent }) => `${String(digits)}e${String(exponent)}`);
        expect(Math.sign(compareDecimals(left ?? '', right ?? ''))).toBe(
          Number(difference > 0n) - Number(difference < 0n),
        );
      }),
    );
  });

  it.each([
    ['1.50', '1.5', 0],
    ['0', '-0.000', 0],
    ['0012', '12', 0],
    ['1e2', '100', 0],
    ['-1', '1', -1],
    ['-2', '-1', -1],
    ['0.0001', '1e-5', 1],
  ])('[QL16] %s against %s', (a, b, sign) => {
    expect(Math.sign(compareDecimals(a, b))).toBe(sign);
    expect([isDecimal(a), isDecimal('1.'), isDecimal('.5'), isDecimal('0x1'), isDecimal('')]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
