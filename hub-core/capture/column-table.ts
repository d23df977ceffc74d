import type { Database } from 'better-sqlite3';
import { SEARCHED_BODY_BYTES } from '../common/query/match-query.ts';
import { VALUE_KINDS, type ColumnSide, type ColumnValue, type ValueKind } from '../common/traffic/custom-column.ts';
import type { ColumnExtractor, FoundValue } from './column-value.ts';
import type { IsOver } from './segment-reader.ts';
import type { BodyOf, SeqRange } from './stored-exchange.ts';

/**
 * Columns of which a segment may hold values at once: those that are defined, and those whose values are still being dropped.
 * Row ids are `seq * SLOTS + slot`, so that values are appended as they come and those of a row lie beside each other.
 */
const SLOTS = 32;

/** A column whose values are taken out of what is stored. */
export interface LiveColumn {
  /** Names the values of one path on one side: a column that is changed gets another. */
  readonly series: string;
  readonly side: ColumnSide;
  readonly extractor: ColumnExtractor;
}

/** What a segment has of a series. */
export interface ColumnExtent {
  readonly slot: number;
  /** Every row from there on was looked at. */
  readonly fromSeq: number;
}

export interface FillPiece {
  readonly found: number;
  /** Every row from there on was looked at by now; 0: all. */
  readonly fromSeq: number;
}

interface StoredValue {
  readonly id: number;
  readonly kind: number;
  readonly value: string;
}

interface BodyBytes {
  readonly id: number;
  readonly bytes: Buffer | null;
}

/** Kinds are numbered from 1; a value that was cut has this more. */
const CUT = 4;
const NUMBER = VALUE_KINDS.indexOf('number') + 1;
/** What of a text orders it. */
const SORTED_CHARACTERS = 64;

const kindNumber = (kind: ValueKind, cut: boolean): number => VALUE_KINDS.indexOf(kind) + 1 + (cut ? CUT : 0);

/** @param kind its number */
export const isNumberKind = (kind: number): boolean => kind === NUMBER;

function toValue({ kind, value }: StoredValue): ColumnValue {
  const cut = kind > CUT;
  return { kind: VALUE_KINDS[(cut ? kind - CUT : kind) - 1] ?? 'json', text: value, cut };
}

const bodyId = (seq: number, side: ColumnSide): number => seq * 2 + (side === 'request' ? 0 : 1);

/** A part of the request or the reply was not stored. */
const PARTIAL: Readonly<Record<ColumnSide, string>> = {
  request: `SELECT request_stored < request_bytes FROM detail JOIN exchange USING (seq) WHERE seq = ?`,
  reply: `SELECT reply_stored < reply_bytes FROM detail JOIN exchange USING (seq) WHERE seq = ?`,
};

function prepare(db: Database) {
  return {
    extents: db.prepare<[], ColumnExtent & { series: string }>(
      'SELECT slot, series, from_seq AS fromSeq FROM column_fill',
    ),
    values: db.prepare<[number, number], StoredValue>(
      'SELECT id, kind, value FROM column_value WHERE id BETWEEN ? AND ? ORDER BY id',
    ),
  };
}

function prepareWrites(db: Database) {
  return {
    open: db.prepare<[number, string, number]>('INSERT INTO column_fill (slot, series, from_seq) VALUES (?, ?, ?)'),
    reach: db.prepare<[number, number]>('UPDATE column_fill SET from_seq = ? WHERE slot = ?'),
    close: db.prepare<[number]>('DELETE FROM column_fill WHERE slot = ?'),
    put: db.prepare<[number, number, string]>('INSERT OR REPLACE INTO column_value (id, kind, value) VALUES (?, ?, ?)'),
    remove: db.prepare<[number]>('DELETE FROM column_value WHERE id = ?'),
    removeRange: db.prepare<[number, number, number]>(
      `DELETE FROM column_value WHERE id BETWEEN ? AND ? AND id % ${String(SLOTS)} = ?`,
    ),
    partial: {
      request: db.prepare<[number], number>(PARTIAL.request).pluck(),
      reply: db.prepare<[number], number>(PARTIAL.reply).pluck(),
    },
    bodies: db.prepare<[number, number], BodyBytes>(
      `SELECT id, substr(bytes, 1, ${String(SEARCHED_BODY_BYTES)}) AS bytes FROM body
       WHERE id < ? AND id % 2 = ? ORDER BY id DESC`,
    ),
  };
}

/** A value's key for sorting, as text: the number of its kind, then what orders it; null where there is none. */
const sortKeySql = (slot: number): string =>
  `(SELECT kind || CASE kind WHEN ${String(NUMBER)} THEN value ELSE substr(value, 1, ${String(SORTED_CHARACTERS)}) END
    FROM column_value WHERE column_value.id = exchange.seq * ${String(SLOTS)} + ${String(slot)})`;

/** Values of custom columns in one segment. Its changes are made within a transaction of the segment's. */
export class ColumnTable {
  readonly #db: Database;
  readonly #read: ReturnType<typeof prepare>;
  #writes: ReturnType<typeof prepareWrites> | undefined;
  #extents = new Map<string, ColumnExtent>();
  #live: readonly LiveColumn[] = [];
  /** Those of them that this segment has values of: mostly none, which must cost nothing. */
  #taken: readonly (LiveColumn & ColumnExtent)[] = [];

  constructor(db: Database) {
    this.#db = db;
    this.#read = prepare(db);
    this.reload();
  }

  /** What there is of a series; undefined when no row was looked at for it. */
  extent(series: string): ColumnExtent | undefined {
    return this.#extents.get(series);
  }

  /** Series that are not among those that are live: their values are of no use any more. */
  leftovers(): readonly string[] {
    return [...this.#extents.keys()].filter((series) => !this.#live.some((column) => column.series === series));
  }

  /** Takes the values of these columns from now on, as far as they were begun here. */
  use(live: readonly LiveColumn[]): void {
    this.#live = live;
    this.#taken = live.flatMap((column) => {
      const extent = this.#extents.get(column.series);
      return extent === undefined ? [] : [{ ...column, ...extent }];
    });
  }

  /** Reads anew what a transaction that failed may have left otherwise in memory. */
  reload(): void {
    this.#extents = new Map(
      this.#read.extents.all().map(({ series, slot, fromSeq }) => [series, { slot, fromSeq }] as const),
    );
    this.use(this.#live);
  }

  /**
   * Begins a series, of which every row from `fromSeq` on was or will be looked at.
   *
   * @returns false when there is no slot free: values of earlier ones are still there
   */
  begin(series: string, fromSeq: number): boolean {
    if (this.#extents.has(series)) return true;
    const used = new Set(Array.from(this.#extents.values(), ({ slot }) => slot));
    const slot = Array.from({ length: SLOTS }, (_, place) => place).find((place) => !used.has(place));
    if (slot === undefined) return false;
    this.#write.open.run(slot, series, fromSeq);
    this.#extents.set(series, { slot, fromSeq });
    this.use(this.#live);
    return true;
  }

  /** Looks at a body that is being stored. @param partial not all of it is */
  take(seq: number, side: BodyOf, { body, partial }: { readonly body: Uint8Array; readonly partial: boolean }): void {
    for (const { side: of, slot, extractor } of this.#taken) {
      if (of !== side) continue;
      const found = extractor.valueIn(body);
      if (found !== undefined && !(partial && found.atEnd)) this.#put(seq, slot, found);
    }
  }

  /** Takes back what was found in a body that another one takes the place of. */
  forget(seq: number, side: BodyOf): void {
    for (const { side: of, slot } of this.#taken) if (of === side) this.#write.remove.run(seq * SLOTS + slot);
  }

  /**
   * Looks at earlier rows, the newest of them first, until `isOver`; at least at one. Not within a transaction: it makes its own
   * by `write`, of what it found and how far it came.
   */
  fill({ series, side, extractor }: LiveColumn, isOver: IsOver, write: (work: () => void) => void): FillPiece {
    const before = this.#extents.get(series);
    if (before === undefined) throw new TypeError(`Cannot fill "${series}": it was not begun in this segment`);
    const { slot } = before;
    const found: [seq: number, value: FoundValue][] = [];
    let fromSeq = 0;
    for (const { id, bytes } of this.#write.bodies.iterate(bodyId(before.fromSeq, side), side === 'request' ? 0 : 1)) {
      const seq = Math.floor(id / 2);
      const value = bytes === null ? undefined : extractor.valueIn(bytes);
      if (value !== undefined) found.push([seq, value]);
      if (!isOver()) continue;
      fromSeq = seq;
      break;
    }
    write(() => {
      for (const [seq, value] of found) if (!value.atEnd || !this.#isPartial(seq, side)) this.#put(seq, slot, value);
      this.#write.reach.run(fromSeq, slot);
      this.#extents.set(series, { slot, fromSeq });
      this.use(this.#live);
    });
    return { found: found.length, fromSeq };
  }

  /** Drops the values of a series within a range of rows. */
  drop(series: string, { firstSeq, lastSeq }: SeqRange): void {
    const extent = this.#extents.get(series);
    if (extent === undefined) return;
    this.#write.removeRange.run(firstSeq * SLOTS, lastSeq * SLOTS + SLOTS - 1, extent.slot);
  }

  /** Ends a series all of whose values were dropped; its slot is free. */
  end(series: string): void {
    const extent = this.#extents.get(series);
    if (extent === undefined) return;
    this.#write.close.run(extent.slot);
    this.#extents.delete(series);
    this.use(this.#live);
  }

  /** Values in a range of rows: by row, then by slot. */
  values({ firstSeq, lastSeq }: SeqRange): ReadonlyMap<number, ReadonlyMap<number, ColumnValue>> {
    const rows = new Map<number, Map<number, ColumnValue>>();
    for (const stored of this.#read.values.all(firstSeq * SLOTS, lastSeq * SLOTS + SLOTS - 1)) {
      const slot = stored.id % SLOTS;
      const seq = (stored.id - slot) / SLOTS;
      const values = rows.get(seq) ?? new Map<number, ColumnValue>();
      values.set(slot, toValue(stored));
      rows.set(seq, values);
    }
    return rows;
  }

  /** The expression over the table `exchange` that orders rows by a series. */
  sortKey(series: string): string {
    const extent = this.#extents.get(series);
    return extent === undefined ? 'NULL' : sortKeySql(extent.slot);
  }

  get #write(): ReturnType<typeof prepareWrites> {
    this.#writes ??= prepareWrites(this.#db);
    return this.#writes;
  }

  #put(seq: number, slot: number, { kind, cut, text }: ColumnValue): void {
    this.#write.put.run(seq * SLOTS + slot, kindNumber(kind, cut), text);
  }

  #isPartial(seq: number, side: ColumnSide): boolean {
    return this.#write.partial[side].get(seq) === 1;
  }
}
