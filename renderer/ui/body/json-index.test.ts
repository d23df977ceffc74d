import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexJson, JsonKind, nodeAt, NONE } from './json-index.ts';
import { firstOpen, filterOf, keyText, pathOf, previewOf, spanOf, treeRows, valueText } from './json-tree.ts';
import { printJson } from './print-json.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function parsed(source: string, partial = false) {
  const bytes = utf8(source);
  const index = indexJson(bytes, partial);
  if (index === undefined) throw new Error(`Cannot index ${source}`);
  return { bytes, index };
}

describe('indexJson', () => {
  it('[UI91] knows the bytes of every value, and what is inside of what', () => {
    const { bytes, index } = parsed(' {"é":[1, {"b":null}],"c":""} ');
    const values = Array.from({ length: index.count }, (_, node) => valueText(bytes, index, node));
    expect(values).toEqual(['{"é":[1, {"b":null}],"c":""}', '[1, {"b":null}]', '1', '{"b":null}', 'null', '""']);
    expect([...index.parent]).toEqual([NONE, 0, 1, 1, 3, 0]);
    expect([...index.next]).toEqual([6, 5, 3, 5, 5, 6]);
    expect([...index.kind]).toEqual([
      JsonKind.Object,
      JsonKind.Array,
      JsonKind.Number,
      JsonKind.Object,
      JsonKind.Null,
      JsonKind.String,
    ]);
  });
  it('[UI91] takes exactly what is JSON', () => {
    const pieces = ['{', '}', '[', ']', ':', ',', '"a"', '"', '1', '-', '0', '.5', 'e3', 'true', 'nul', ' ', '\\'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const source = parts.join('');
        let valid = true;
        try {
          JSON.parse(source);
        } catch {
          valid = false;
        }
        expect(indexJson(utf8(source)) !== undefined).toBe(valid);
      }),
      { numRuns: 3_000 },
    );
  });
  it('[UI91] prints any value so that it is still the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { bytes, index } = parsed(JSON.stringify(value));
        expect(JSON.parse(text(printJson(bytes, index)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
  it('[UI92] understands a text that breaks off as far as it goes, wherever that is', () => {
    const whole = '{"a": [1, 2, {"b": "x"}], "c": true}';
    for (let length = 1; length < whole.length; length += 1) {
      const { bytes, index } = parsed(whole.slice(0, length), true);
      expect(text(printJson(bytes, index)).startsWith('{')).toBe(true);
      expect(spanOf(index, 0, bytes.length)).toEqual({ start: 0, end: length });
    }
    const { bytes, index } = parsed(whole.slice(0, 21), true);
    expect(text(printJson(bytes, index))).toBe('{\n  "a": [\n    1,\n    2,\n    {\n      "b": "x');
    expect(indexJson(utf8('{"a": nope'), true)).toBeUndefined();
  });
});

describe('nodeAt', () => {
  it('[UI93] finds the innermost value that a byte belongs to, its key included', () => {
    const { bytes, index } = parsed('{"a": [10, 20], "b": 3}');
    const at = (offset: number): string => {
      const node = nodeAt(index, offset);
      return node === undefined ? 'none' : pathOf(bytes, index, node);
    };
    expect([0, 1, 5, 6, 7, 8, 9, 11, 16, 21, 22, 99].map(at)).toEqual([
      '$',
      '$.a',
      '$.a',
      '$.a',
      '$.a[0]',
      '$.a[0]',
      '$.a',
      '$.a[1]',
      '$.b',
      '$.b',
      '$',
      'none',
    ]);
  });
  it('[UI93] leads back from the bytes of any value to that value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { index } = parsed(JSON.stringify(value));
        for (let node = 0; node < index.count; node += 1) expect(nodeAt(index, index.start[node] ?? 0)).toBe(node);
      }),
    );
  });
});

describe('treeRows', () => {
  it('[UI94] shows what is open, with depth and place', () => {
    const { bytes, index } = parsed('{"a":[7,[]],"b":{}}');
    const shown = (open: ReadonlySet<number>): string[] => {
      const rows = treeRows(index, open);
      return Array.from({ length: rows.length }, (_, row) => {
        const node = rows.node[row] ?? 0;
        return `${rows.depth[row]}/${rows.place[row]} ${keyText(bytes, index, node) ?? '-'} ${previewOf(bytes, index, node)}`;
      });
    };
    expect(shown(firstOpen(index))).toEqual([
      '0/0 - { 2 members }',
      '1/0 a [ 2 items ]',
      '2/0 - 7',
      '2/1 - [ 0 items ]',
      '1/1 b { 0 members }',
    ]);
    expect(shown(new Set([0]))).toEqual(['0/0 - { 2 members }', '1/0 a [ 2 items ]', '1/1 b { 0 members }']);
    expect(shown(new Set())).toEqual(['0/0 - { 2 members }']);
  });
  it('[UI94] grows beyond its first thousand rows', () => {
    const { index } = parsed(JSON.stringify(Array.from({ length: 5_000 }, (_, at) => at)));
    const rows = treeRows(index, new Set([0]));
    expect([rows.length, rows.node[5_000], rows.place[5_000], firstOpen(index).size]).toEqual([5_001, 5_000, 4_999, 1]);
  });
});

describe('filterOf', () => {
  it.each([
    ['{"order":{"id":4634343214213523454}}', 2, 'json:$.order.id=4634343214213523454'],
    ['{"a b":[true]}', 2, 'json:$["a b"][0]=true'],
    [String.raw`{"q\"":"say \"hi\" \\"}`, 1, String.raw`json:$["q\""]="say \"hi\" \\"`],
    ['{"a":[1]}', 1, 'json:$.a'],
    ['[null]', 1, 'json:$[0]=null'],
  ])('[UI95] %s, value %i', (source, node, filter) => {
    const { bytes, index } = parsed(source);
    expect(filterOf(bytes, index, node)).toBe(filter);
  });
});
