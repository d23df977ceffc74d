import { MAX_COLUMN_NAME } from '../../../hub-core/console/contract/columns-contract.ts';
import type { ColumnCell } from '../../../hub-core/console/contract/columns-contract.ts';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { parseJsonPath } from '../../../hub-core/common/query/json-path.ts';
import type { DefinedColumn } from '../../state/custom-columns.ts';
import type { FilterOffer } from './row-text.ts';

const REASONS: Readonly<Record<Extract<ColumnCell, { kind: 'none' }>['reason'], string>> = {
  unfilled: 'Recorded before the column was added, and not read yet',
  pending: 'The reply is awaited',
  'no-reply': 'There is no reply',
  'no-body': 'There is no body',
  'not-stored': 'The body was not stored',
  'cut-off': 'Only a part of the body was stored, and it is not in that part',
  absent: 'Nothing at the path, or no JSON',
};

/** What is said of a value, or why there is none. */
export function cellTitle(cell: ColumnCell, canFilter: boolean): string {
  if (cell.kind === 'none') return REASONS[cell.reason];
  const cut = cell.cut ? '… (there is more of it)' : '';
  return `${cell.text}${cut}${canFilter ? '\nAlt and click: filter by it' : ''}`;
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** The filter that finds exchanges with the same value at the path, on either side; undefined where there is none. */
export function columnTerm({ path }: Pick<DefinedColumn, 'path'>, cell: ColumnCell): string | undefined {
  if (cell.kind === 'none') return undefined;
  if (cell.kind === 'json') return `json:${path}`;
  // Of a text that was cut nobody knows the rest.
  if (cell.cut) return undefined;
  return `json:${path}=${cell.kind === 'string' ? quoted(cell.text) : cell.text}`;
}

/** Terms that a row offers by its custom columns. */
export function columnOffers({ cells }: ExchangeRow, columns: readonly DefinedColumn[]): readonly FilterOffer[] {
  return columns.flatMap((column) => {
    const cell = cells?.[column.id];
    const term = cell === undefined ? undefined : columnTerm(column, cell);
    return term === undefined ? [] : [{ name: `The same ${column.name}`, term }];
  });
}

/** What a row has in columns, behind the line about it: ` Order=7 Name="ann"`; nothing where it has nothing. */
export function columnsText({ cells }: ExchangeRow, columns: readonly DefinedColumn[]): string {
  return columns
    .map(({ id, name }) => {
      const cell = cells?.[id];
      if (cell === undefined || cell.kind === 'none') return '';
      const text = `${cell.text}${cell.cut ? '…' : ''}`;
      return ` ${name}=${cell.kind === 'string' ? JSON.stringify(text) : text}`;
    })
    .join('');
}

function lastStep(path: string): string {
  const step = parseJsonPath(path).steps.at(-1);
  if (step === undefined) return 'Body';
  if (step.name !== undefined) return step.name;
  return step.index === undefined ? 'Value' : `Item ${String(step.index)}`;
}

/** A name for the column of a path, which no other column has. */
export function nameFor(path: string, columns: readonly Pick<DefinedColumn, 'name'>[]): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  const wanted = lastStep(path).trim() || 'Value';
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : ` ${String(count)}`;
    const name = wanted.slice(0, MAX_COLUMN_NAME - suffix.length).trim() + suffix;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
