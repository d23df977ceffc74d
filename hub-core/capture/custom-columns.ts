import { Emitter, type Event } from '../common/base/emitter.ts';
import { OUTCOMES_WITHOUT_REPLY } from '../common/query/traits.ts';
import type {
  ColumnCell,
  ColumnSide,
  ColumnValue,
  ColumnWish,
  CustomColumn,
  MissingReason,
} from '../common/traffic/custom-column.ts';
import type { DefinedColumn } from './column-file.ts';
import { seriesOf, type ColumnSet } from './column-set.ts';
import type { LiveColumn } from './column-table.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { StoredRow } from './stored-exchange.ts';

/** A column, and how many earlier rows were not looked at yet. */
export interface ColumnState extends CustomColumn {
  readonly unfilledRows: number;
  /** False when someone stopped looking at them. */
  readonly fills: boolean;
}

/** What a row shows in each column, by the column's id. */
export type RowCells = Readonly<Record<string, ColumnCell>>;

type Values = ReadonlyMap<number, ColumnValue>;

const NO_VALUES: Values = new Map();
const NO_REPLY: ReadonlySet<string | null> = new Set(OUTCOMES_WITHOUT_REPLY);
/** Rows further apart than that are read one by one. */
const CLOSE = 8;

/** The custom columns of a store: what they are, what rows have in them, and which rows were not looked at yet. */
export class CustomColumns implements Disposable {
  readonly #set: ColumnSet;
  readonly #segments: SegmentList;
  readonly #changed = new Emitter<void>();
  readonly #defined: Disposable;
  #generation = 0;

  /** After each change of a definition, and while earlier rows are looked at. Not coalesced. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(set: ColumnSet, segments: SegmentList) {
    this.#set = set;
    this.#segments = segments;
    this.#defined = set.onDidChange.subscribe(() => {
      segments.takeColumns();
      this.progressed();
    });
  }

  /** Grows whenever rows that are stored may have other values. */
  get generation(): number {
    return this.#generation;
  }

  /** In the order in which they were added. */
  get defined(): readonly DefinedColumn[] {
    return this.#set.columns;
  }

  /** False while there may be columns of which nothing is known here, and whose values are not to be dropped. */
  get isKnown(): boolean {
    return this.#set.isKnown;
  }

  states(): readonly ColumnState[] {
    return this.#set.columns.map((column) => {
      const { id, name, path, side, fills } = column;
      return { id, name, path, side, fills, unfilledRows: this.unfilledRows(seriesOf(column)) };
    });
  }

  /** @throws {ColumnError} as `ColumnSet.add` @throws {CaptureReadOnlyError} */
  add(wish: ColumnWish): DefinedColumn {
    this.#segments.assertWritable();
    return this.#set.add(wish);
  }

  /** @throws {ColumnError} as `ColumnSet.change` @throws {CaptureReadOnlyError} */
  change(wish: Pick<CustomColumn, 'id'> & Partial<ColumnWish>): DefinedColumn | undefined {
    this.#segments.assertWritable();
    return this.#set.change(wish);
  }

  /** @throws {CaptureReadOnlyError} */
  remove(id: string): boolean {
    this.#segments.assertWritable();
    return this.#set.remove(id);
  }

  /** @throws {ColumnError} as `ColumnSet.restore` @throws {CaptureReadOnlyError} */
  restore(id: string): DefinedColumn | undefined {
    this.#segments.assertWritable();
    return this.#set.restore(id);
  }

  /** @throws {CaptureReadOnlyError} */
  setFilling(id: string, fills: boolean): boolean {
    this.#segments.assertWritable();
    return this.#set.setFilling(id, fills);
  }

  /** How the values of a column are taken. */
  live(column: DefinedColumn): LiveColumn | undefined {
    const series = seriesOf(column);
    return this.#set.live.find((each) => each.series === series);
  }

  /** Earlier rows have other values by now. */
  progressed(): void {
    this.#generation += 1;
    this.#changed.emit();
  }

  /** Rows of the store that were not looked at for a series. */
  unfilledRows(series: string): number {
    let rows = 0;
    for (const segment of this.#segments) rows += unfilledIn(segment, series);
    return rows;
  }

  /** What rows show, in their order; undefined where there is nothing to show. */
  cells(rows: readonly StoredRow[]): readonly (RowCells | undefined)[] {
    if (this.#set.columns.length === 0 || rows.length === 0) return rows.map(() => undefined);
    const values = this.#valuesOf(rows.map(({ seq }) => seq));
    return rows.map((row) => {
      const segment = row.gap === null ? this.#segments.holding(row.seq) : undefined;
      if (segment === undefined) return undefined;
      const found = values.get(row.seq) ?? NO_VALUES;
      return Object.fromEntries(
        this.#set.columns.map((column) => [column.id, cellOf(column, { row, found, segment })]),
      );
    });
  }

  /**
   * The expression over the table `exchange` of a segment that orders its rows by a column.
   *
   * @returns undefined when there is no such column
   */
  sortKey(id: string): ((segment: Segment) => string) | undefined {
    const column = this.#set.find(id);
    if (column === undefined) return undefined;
    const series = seriesOf(column);
    return ({ columns }) => columns.sortKey(series);
  }

  [Symbol.dispose](): void {
    this.#defined[Symbol.dispose]();
    this.#changed[Symbol.dispose]();
  }

  /** By row, then by slot. */
  #valuesOf(seqs: readonly number[]): ReadonlyMap<number, Values> {
    const all = new Map<number, Values>();
    for (const segment of this.#segments) {
      const own = seqs.filter((seq) => segment.firstSeq <= seq && seq <= segment.lastSeq);
      if (own.length === 0) continue;
      const [firstSeq, lastSeq] = [Math.min(...own), Math.max(...own)];
      const isClose = lastSeq - firstSeq <= CLOSE * own.length;
      const ranges = isClose ? [{ firstSeq, lastSeq }] : own.map((seq) => ({ firstSeq: seq, lastSeq: seq }));
      for (const range of ranges) for (const [seq, values] of segment.columns.values(range)) all.set(seq, values);
    }
    return all;
  }
}

/** Rows of a segment that were not looked at for a series. */
export function unfilledIn({ rows, firstSeq, lastSeq, columns }: Segment, series: string): number {
  if (rows === 0) return 0;
  const { fromSeq } = columns.extent(series) ?? { fromSeq: lastSeq + 1 };
  // Numbers that are missing are spread over the segment, as far as anybody knows.
  return Math.ceil((rows * Math.max(0, Math.min(fromSeq, lastSeq + 1) - firstSeq)) / (lastSeq - firstSeq + 1));
}

interface CellOf {
  readonly row: StoredRow;
  readonly found: Values;
  readonly segment: Segment;
}

function cellOf(column: DefinedColumn, { row, found, segment }: CellOf): ColumnCell {
  const extent = segment.columns.extent(seriesOf(column));
  const value = extent === undefined ? undefined : found.get(extent.slot);
  if (value !== undefined) return value;
  if (extent === undefined || row.seq < extent.fromSeq) return { kind: 'none', reason: 'unfilled' };
  return { kind: 'none', reason: reasonOf(column.side, row, segment) };
}

function reasonOf(side: ColumnSide, row: StoredRow, { reader }: Segment): MissingReason {
  if (side === 'reply' && row.outcome === null) return 'pending';
  if (side === 'reply' && NO_REPLY.has(row.outcome)) return 'no-reply';
  const total = side === 'request' ? row.requestBytes : row.replyBytes;
  if (total === 0) return 'no-body';
  const stored = reader.storedBytes(row.seq, side);
  if (stored === 0) return 'not-stored';
  return stored < total ? 'cut-off' : 'absent';
}
