import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../hub-core/common/query/parse-query.ts';
import type { ColumnCell } from '../../../hub-core/console/contract/columns-contract.ts';
import { cellTitle, columnOffers, columnsText, columnTerm, nameFor } from './column-text.ts';
import { exchangeRow } from './test-rows.ts';

const value = (kind: 'string' | 'number' | 'word' | 'json', text: string, cut = false): ColumnCell => ({
  kind,
  text,
  cut,
});
const NONE: ColumnCell = { kind: 'none', reason: 'absent' };
const ORDER = { id: 'a', name: 'Order', path: '$.order["a b"][0]', side: 'request' } as const;
const NAME = { id: 'b', name: 'Name', path: '$..name', side: 'reply' } as const;

describe('columnTerm', () => {
  it.each([
    [value('number', '4634343214213523454'), 'json:$.order["a b"][0]=4634343214213523454'],
    [value('string', 'say "hi" \\'), String.raw`json:$.order["a b"][0]="say \"hi\" \\"`],
    [value('word', 'null'), 'json:$.order["a b"][0]=null'],
    [value('json', '{"a":1}'), 'json:$.order["a b"][0]'],
  ])('[IN27] makes a filter of %o that parses', (cell, term) => {
    expect(columnTerm(ORDER, cell)).toBe(term);
    expect(parseQuery(term, { nowMs: 0 }).kind).toBe('json');
  });

  it('[IN27] makes none of a value that is cut or not there', () => {
    expect([columnTerm(ORDER, value('string', 'abc', true)), columnTerm(ORDER, NONE)]).toEqual([undefined, undefined]);
  });
});

describe('cellTitle', () => {
  it('[IN27] tells the whole value and how to filter by it, or why there is none', () => {
    expect([
      cellTitle(value('number', '1.50'), true),
      cellTitle(value('string', 'abc', true), false),
      cellTitle(NONE, false),
      cellTitle({ kind: 'none', reason: 'cut-off' }, false),
    ]).toEqual([
      '1.50\nAlt and click: filter by it',
      'abc… (there is more of it)',
      'Nothing at the path, or no JSON',
      'Only a part of the body was stored, and it is not in that part',
    ]);
  });
});

describe('columnOffers, columnsText', () => {
  const row = exchangeRow(1, { cells: { a: value('number', '7'), b: value('string', 'ann', true) } });

  it('[IN27] offers what a row has in its columns, and tells it in a line', () => {
    expect(columnOffers(row, [ORDER, NAME])).toEqual([{ name: 'The same Order', term: 'json:$.order["a b"][0]=7' }]);
    expect(columnsText(row, [ORDER, NAME])).toBe(' Order=7 Name="ann…"');
    expect([columnOffers(exchangeRow(1), [ORDER]), columnsText(exchangeRow(1), [ORDER])]).toEqual([[], '']);
  });
});

describe('nameFor', () => {
  it('[IN26] names a column after the last step of its path, unless another has that name', () => {
    expect(
      ['$.order.id', '$["a b"]', '$.items[3]', '$', '$..*', '$.order'].map((path) => nameFor(path, [ORDER])),
    ).toEqual(['id', 'a b', 'Item 3', 'Body', 'Value', 'order 2']);
    expect(nameFor(`$.${'x'.repeat(60)}`, [])).toBe('x'.repeat(40));
    expect(nameFor('$["  "]', [])).toBe('Value');
  });
});
