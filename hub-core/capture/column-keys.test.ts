import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals } from '../common/query/decimal.ts';
import { foldCase } from '../common/query/query.ts';
import { ColumnKeys } from './column-keys.ts';

/** A key as the store gives it: 2 is the number of the kind of numbers. */
type Key = `${1 | 2 | 3 | 4 | 5}${string}` | null;

async function order(keys: readonly Key[], descending: boolean): Promise<number[]> {
  const sorted = new ColumnKeys(keys.length, { descending });
  keys.forEach((key, place) => sorted.put(place, key));
  return Array.from(await sorted.order(keys.length, undefined));
}

/** Numbers, texts, nothing. */
const groupOf = (key: Key): number => (key === null ? 2 : key.startsWith('2') ? 0 : 1);

/** The plain way. */
function expected(keys: readonly Key[], descending: boolean): number[] {
  const direction = descending ? -1 : 1;
  const compare = (one: Key, other: Key): number => {
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    if (groupOf(one) !== groupOf(other)) return direction * (groupOf(one) - groupOf(other));
    const [text, otherText] = [one.slice(1), other.slice(1)];
    if (groupOf(one) === 0) return direction * compareDecimals(text, otherText);
    const [folded, otherFolded] = [foldCase(text), foldCase(otherText)];
    return direction * (folded < otherFolded ? -1 : folded > otherFolded ? 1 : 0);
  };
  return keys
    .map((_, place) => place)
    .toSorted((one, other) => compare(keys[one] ?? null, keys[other] ?? null) || one - other);
}

describe('ColumnKeys', () => {
  it('[TS16] puts numbers by their exact value before texts in either case, and what is not there last', async () => {
    const keys: Key[] = [
      '1b',
      '24634343214213523455',
      null,
      '24634343214213523454',
      '1A',
      '21e400',
      '2-1',
      '3true',
      '21e401',
    ];
    expect(await order(keys, false)).toEqual([6, 3, 1, 5, 8, 4, 0, 7, 2]);
    expect(await order(keys, true)).toEqual([7, 0, 4, 8, 5, 1, 3, 6, 2]);
  });

  it('[TS16] orders any values as comparing them one by one does, equal ones by arrival', async () => {
    const digits = fc.constantFrom(
      '0',
      '1',
      '9007199254740993',
      '9007199254740992',
      '0.1',
      '0.10',
      '1e-400',
      '12e2',
      '1200',
    );
    const key: fc.Arbitrary<Key> = fc.oneof(
      fc.constant(null),
      fc.tuple(fc.constantFrom('', '-'), digits).map(([minus, number]): Key => `2${minus}${number}`),
      fc
        .tuple(fc.constantFrom(1, 3, 4, 5), fc.string({ maxLength: 3 }))
        .map(([kind, text]): Key => `${kind}${text}` as Key),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 40 }), fc.boolean(), async (keys, descending) => {
        expect(await order(keys, descending)).toEqual(expected(keys, descending));
      }),
      { numRuns: 500 },
    );
  });

  it('[TS16] ends with its signal', async () => {
    const keys = new ColumnKeys(1, { descending: false });
    keys.put(0, '1a');
    await expect(keys.order(1, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
