import { setImmediate as nextTurn } from 'node:timers/promises';
import { foldCase } from '../common/query/query.ts';
import { ColumnError } from './capture-errors.ts';
import { ColumnKeys } from './column-keys.ts';
import type { CustomColumns } from './custom-columns.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { SegmentReader, SeqKey } from './segment-reader.ts';
import { sortedOrder } from './sorted-order.ts';
import type { QueriedStore, QueryCounts, RefreshOptions, RowWindow, TrafficQuery } from './traffic-query.ts';

/** What rows can be sorted by, besides their arrival, and where the table `exchange` has it. */
export const SORT_COLUMNS = {
  kind: 'via',
  route: "uri || ' ' || method",
  from: 'sender',
  to: "CASE provider_client WHEN '' THEN provider ELSE provider_client END",
  transport: 'transport',
  status: 'coalesce(nullif(status, 0), 999)',
  duration: 'duration_ms',
  queue: 'queue_ms',
  requestBytes: 'request_bytes',
  replyBytes: 'reply_bytes',
  mark: 'coalesce((SELECT mark FROM note WHERE note.seq = exchange.seq), 0)',
} as const;
/** Or a custom column, by its id. */
export type SortColumn = keyof typeof SORT_COLUMNS | `custom:${string}`;

export interface SortOrder {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** What rows of a segment are ordered by: an expression over the table `exchange`. */
type KeyExpression = (segment: Segment) => string;

/** Keys of rows by their place, which say in the end how the places are ordered. */
interface SortKeys {
  put(place: number, key: string | number | null): void;
  /** The first `count` places in order. In pieces. @throws the signal's reason when it aborts */
  order(count: number, signal: AbortSignal | undefined): Promise<Uint32Array>;
}

const isCustom = (column: SortColumn): column is `custom:${string}` => column.startsWith('custom:');

/** A store of exchanges, whose segments tell more than any query asks. */
export interface ExchangeStore extends QueriedStore {
  readonly segments: SegmentList;
  readonly columns: CustomColumns;
}

/** Rows whose keys are read at once. */
const PIECE_ROWS = 8_192;

/** Keys as numbers: texts by their rank among those that were met, whether in capitals or not; what is not there comes last. */
class Keys implements SortKeys {
  readonly #numbers: Float64Array;
  readonly #texts = new Map<string, number>();
  readonly #descending: boolean;
  readonly #missing: number;

  constructor(size: number, { descending }: SortOrder) {
    this.#descending = descending;
    this.#numbers = new Float64Array(size);
    this.#missing = descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  put(place: number, key: string | number | null): void {
    this.#numbers[place] = typeof key === 'string' ? this.#textId(foldCase(key)) : (key ?? this.#missing);
  }

  order(count: number, signal: AbortSignal | undefined): Promise<Uint32Array> {
    return sortedOrder(this.#ranked().subarray(0, count), { descending: this.#descending, signal });
  }

  #ranked(): Float64Array {
    if (this.#texts.size === 0) return this.#numbers;
    const ranks = new Float64Array(this.#texts.size);
    [...this.#texts.keys()]
      .toSorted((one, other) => (one < other ? -1 : 1))
      .forEach((text, rank) => (ranks[this.#texts.get(text) ?? 0] = rank));
    return this.#numbers.map((id) => ranks[id] ?? id);
  }

  #textId(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, this.#texts.size);
    return this.#texts.size - 1;
  }
}

/**
 * The rows of another query, in the order of a column: a snapshot. Rows that come later are counted, not shown; rows that change
 * stay where they are. While the other query is not complete its rows are in order of arrival.
 */
export class SortedQuery implements TrafficQuery {
  readonly #store: ExchangeStore;
  readonly #query: TrafficQuery;
  readonly #order: SortOrder;
  readonly #key: KeyExpression;
  #sorted: Float64Array | undefined;
  #epoch = -1;

  /** @throws {ColumnError} for a custom column that there is not */
  constructor(store: ExchangeStore, query: TrafficQuery, order: SortOrder) {
    this.#key = keyExpression(store, order.column);
    this.#store = store;
    this.#query = query;
    this.#order = order;
  }

  async refresh(options: RefreshOptions = {}): Promise<QueryCounts> {
    await this.#query.refresh(options);
    if (this.#sorted === undefined || this.#epoch !== this.#store.epoch) {
      this.#epoch = this.#store.epoch;
      this.#sorted = await this.#sort(options.signal);
    }
    return this.counts();
  }

  counts(): QueryCounts {
    const counts = this.#query.counts();
    if (this.#sorted === undefined) return counts;
    return { ...counts, count: this.#sorted.length, fresh: Math.max(0, counts.count - this.#sorted.length) };
  }

  window(from: number, count: number): RowWindow {
    if (this.#sorted === undefined) return this.#query.window(from, count);
    const { segments, revision } = this.#store;
    const rows = this.seqs(from, count).flatMap((seq) => segments.holding(seq)?.reader.row(seq) ?? []);
    return { from, rows, revision };
  }

  seqs(from: number, count: number): readonly number[] {
    if (this.#sorted === undefined) return this.#query.seqs(from, count);
    return Array.from(this.#sorted.subarray(from, from + count));
  }

  placeOf(seq: number): number | undefined {
    if (this.#sorted === undefined) return this.#query.placeOf(seq);
    const place = this.#sorted.indexOf(seq);
    return place < 0 ? undefined : place;
  }

  async #sort(signal: AbortSignal | undefined): Promise<Float64Array> {
    const { count } = this.#query.counts();
    const seqs = new Float64Array(count);
    const keys: SortKeys = isCustom(this.#order.column)
      ? new ColumnKeys(count, this.#order)
      : new Keys(count, this.#order);
    let filled = 0;
    for (let from = 0; from < count; from += PIECE_ROWS) {
      for (const [seq, key] of this.#keysOf(this.#query.seqs(from, Math.min(PIECE_ROWS, count - from)))) {
        seqs[filled] = seq;
        keys.put(filled, key);
        filled += 1;
      }
      await nextTurn();
      signal?.throwIfAborted();
    }
    const order = await keys.order(filled, signal);
    return Float64Array.from(order, (place) => seqs[place] ?? 0);
  }

  /** @param seqs ascending */
  *#keysOf(seqs: readonly number[]): Generator<SeqKey> {
    const [firstSeq = 0, lastSeq = 0] = [seqs[0], seqs.at(-1)];
    for (const segment of this.#store.segments) {
      const { rows, firstSeq: first, lastSeq: last, reader } = segment;
      if (rows === 0 || last < firstSeq || first > lastSeq) continue;
      const key = this.#key(segment);
      yield* keysIn(reader, key, first <= firstSeq && last >= lastSeq ? seqs : within(seqs, first, last));
    }
  }
}

function keyExpression({ columns }: ExchangeStore, column: SortColumn): KeyExpression {
  if (!isCustom(column)) return () => SORT_COLUMNS[column];
  const key = columns.sortKey(column.slice('custom:'.length));
  if (key === undefined) throw new ColumnError(`Cannot sort by "${column}": there is no such column; sort by another`);
  return key;
}

const within = (seqs: readonly number[], first: number, last: number): readonly number[] =>
  seqs.filter((seq) => seq >= first && seq <= last);

/** Rows far apart are read one by one, not with all that lie between them. */
function* keysIn(reader: SegmentReader, column: string, seqs: readonly number[]): Generator<SeqKey> {
  const [firstSeq = 0, lastSeq = 0] = [seqs[0], seqs.at(-1)];
  if (lastSeq - firstSeq > 16 * seqs.length) {
    for (const seq of seqs) yield* reader.keys(column, { firstSeq: seq, lastSeq: seq });
    return;
  }
  const keys = reader.keys(column, { firstSeq, lastSeq });
  const wanted = new Set(seqs);
  yield* wanted.size === keys.length ? keys : keys.filter(([seq]) => wanted.has(seq));
}
