import { describe, expect, it } from 'vitest';
import { CLIENT_IDS, InFlightTable } from './in-flight-table.ts';

describe('InFlightTable', () => {
  it('[CL1] open() gives ids from 1 up to 0x7FFFFFFF by default', () => {
    const table = new InFlightTable<string>();
    expect([table.open('a'), table.open('b'), CLIENT_IDS]).toEqual([1, 2, { first: 1, last: 0x7fffffff }]);
  });

  it('[CL1] open() starts again at the first id and skips those in use', () => {
    const table = new InFlightTable<string>({ first: 1, last: 3 });
    table.open('a');
    table.open('b');
    table.open('c');
    table.take(2);
    expect(table.open('d')).toBe(2);
  });

  it('[CL1] open() does not give an id again while others are unused', () => {
    const table = new InFlightTable<string>({ first: 1, last: 3 });
    table.take(table.open('a'));
    expect(table.open('b')).toBe(2);
  });

  it('[CL1] open() throws when every id is in use', () => {
    const table = new InFlightTable<string>({ first: 1, last: 2 });
    table.open('a');
    table.open('b');
    expect(() => table.open('c')).toThrow(RangeError);
  });

  it('[CL1] nextId() gives an id for a message without an answer', () => {
    const table = new InFlightTable<string>();
    expect([table.nextId(), table.open('a'), table.size]).toEqual([1, 2, 1]);
  });

  it('take() hands an entry out once', () => {
    const table = new InFlightTable<string>();
    const id = table.open('a');
    expect([table.get(id), table.take(id), table.take(id), table.size]).toEqual(['a', 'a', undefined, 0]);
  });

  it('takeAll() empties the table, oldest first', () => {
    const table = new InFlightTable<string>();
    table.open('a');
    table.open('b');
    expect([table.takeAll(), table.size]).toEqual([['a', 'b'], 0]);
  });
});
