import type { Database, Statement } from 'better-sqlite3';
import { FRAME_FIELDS, FrameField, type FrameBatch } from '../common/traffic/frames.ts';
import { frameKindWord, frameMethodWord } from './frame-words.ts';
import type { SqlCondition } from './query-sql.ts';
import type { IsOver, ScanPiece } from './segment-reader.ts';
import type { SeqRange } from './stored-exchange.ts';
import type { StoredFrame } from './stored-frame.ts';

const COLUMNS = 'number, at_ms AS atMs, connection, direction, kind, method, status, flags, id, bytes, exchange';
const INSERT = `INSERT INTO frame (number, at_ms, connection, direction, kind, method, status, flags, id, bytes, exchange)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

interface FrameColumns extends Omit<StoredFrame, 'direction' | 'kind' | 'method' | 'exchange'> {
  readonly direction: number;
  readonly kind: number;
  readonly method: number;
  readonly exchange: number;
}

function toFrame({ direction, kind, method, exchange, ...frame }: FrameColumns): StoredFrame {
  return {
    ...frame,
    direction: direction === 0 ? 'in' : 'out',
    kind: frameKindWord(kind),
    method: frameMethodWord(kind, method),
    exchange: exchange === 0 ? null : exchange,
  };
}

interface Extent {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The frames of one segment. Statements are made when they are first used: most stores have no frames. */
export class FrameTable {
  readonly #db: Database;
  #insert: Statement | undefined;
  #range: Statement<[number, number], FrameColumns> | undefined;
  #extent: Extent | undefined;
  #scan: { readonly where: string; readonly statement: Statement<unknown[], number> } | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Numbers from the first to the last, whether or not each is there. */
  get rows(): number {
    const { firstSeq, lastSeq } = this.#known();
    return firstSeq === 0 ? 0 : lastSeq - firstSeq + 1;
  }

  /** 0 while empty. */
  get firstSeq(): number {
    return this.#known().firstSeq;
  }

  /** 0 while empty. */
  get lastSeq(): number {
    return this.#known().lastSeq;
  }

  /** What is asked of it. */
  get reader(): this {
    return this;
  }

  /** Within a transaction of the segment's. */
  add({ connections, frames }: FrameBatch, first: number, clockOffsetMs: number): void {
    this.#insert ??= this.#db.prepare(INSERT);
    const count = frames.length / FRAME_FIELDS;
    for (let place = 0; place < count; place += 1) {
      const of = (field: number): number => frames[place * FRAME_FIELDS + field] ?? 0;
      this.#insert.run(
        first + place,
        of(FrameField.At) + clockOffsetMs,
        connections[of(FrameField.Connection)] ?? '',
        ...[FrameField.Direction, FrameField.Kind, FrameField.Method, FrameField.Status].map(of),
        ...[FrameField.Flags, FrameField.Id, FrameField.Bytes, FrameField.Exchange].map(of),
      );
    }
    const { firstSeq } = this.#known();
    this.#extent = { firstSeq: firstSeq === 0 ? first : firstSeq, lastSeq: first + count - 1 };
  }

  /** What was added was taken back. */
  forgetExtent(): void {
    this.#extent = undefined;
  }

  row(number: number): StoredFrame | undefined {
    return this.frames(number, number)[0];
  }

  /** From `first` to `last`, both included, in order. */
  frames(first: number, last: number): StoredFrame[] {
    this.#range ??= this.#db.prepare(`SELECT ${COLUMNS} FROM frame WHERE number BETWEEN ? AND ? ORDER BY number`);
    return this.#range.all(first, last).map(toFrame);
  }

  /** A frame does not change. */
  open(): readonly number[] {
    return [];
  }

  /** Numbers in that range that match, in order. */
  matching(condition: SqlCondition, { firstSeq, lastSeq }: SeqRange): number[] {
    if (this.#scan?.where !== condition.where) {
      const sql = `SELECT number FROM frame WHERE number BETWEEN ? AND ? AND (${condition.where}) ORDER BY number`;
      this.#scan = { where: condition.where, statement: this.#db.prepare<unknown[], number>(sql).pluck() };
    }
    return this.#scan.statement.all(firstSeq, lastSeq, ...condition.parameters);
  }

  /** No condition over frames is uneven. */
  stepThrough(condition: SqlCondition, range: SeqRange, _isOver: IsOver): ScanPiece {
    return { found: this.matching(condition, range), scannedSeq: range.lastSeq };
  }

  #known(): Extent {
    this.#extent ??= this.#db
      .prepare<[], Extent>(
        'SELECT coalesce(min(number), 0) AS firstSeq, coalesce(max(number), 0) AS lastSeq FROM frame',
      )
      .get() ?? { firstSeq: 0, lastSeq: 0 };
    return this.#extent;
  }
}
