import type { Database, Statement } from 'better-sqlite3';
import type { SeenValue } from '../common/query/complete-query.ts';
import type { QueryKey } from '../common/query/query-keys.ts';
import { foldCase } from '../common/query/query.ts';
import { OUTCOMES_WITHOUT_REPLY } from '../common/query/traits.ts';
import { ChoiceTable } from './choice-table.ts';
import { IS_ERROR, type SqlCondition } from './query-sql.ts';
import { seenValuesSql } from './seen-values-sql.ts';
import type {
  BodyOf,
  ByteRange,
  GapReason,
  SeqRange,
  StoredBodyPart,
  StoredExchange,
  StoredMessage,
  StoredRow,
} from './stored-exchange.ts';

const ROW_COLUMNS = `exchange.seq AS seq, at_ms AS atMs, method, service, uri, sender AS "from", connection, via,
  transport, provider,  provider_client AS providerClient, status, outcome, error, duration_ms AS durationMs, queue_ms AS queueMs,
  request_bytes AS requestBytes, reply_bytes AS replyBytes, traits, mark, comment,
  (SELECT json_group_array(name) FROM label WHERE label.seq = exchange.seq AND kind = 'tag') AS tags,
  gap.rows AS gapRows, gap.reason AS gapReason`;
const ROWS = 'exchange LEFT JOIN note USING (seq) LEFT JOIN gap USING (seq)';

/** As SQLite gives it. */
interface RowColumns extends Omit<StoredRow, 'mark' | 'comment' | 'tags' | 'gap'> {
  readonly mark: number | null;
  readonly comment: string | null;
  readonly tags: string;
  readonly gapRows: number | null;
  readonly gapReason: GapReason | null;
}

const NO_TAGS: readonly string[] = Object.freeze([]);

function toRow({ mark, comment, tags, gapRows, gapReason, ...row }: RowColumns): StoredRow {
  return {
    ...row,
    mark: mark ?? 0,
    comment: comment ?? '',
    tags: tags === '[]' ? NO_TAGS : (JSON.parse(tags) as string[]),
    gap: gapReason === null ? null : { rows: gapRows, reason: gapReason },
  };
}

interface DetailColumns extends RowColumns {
  readonly correlationId: number;
  readonly flags: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly requestEncoding: number;
  readonly requestHeaders: string;
  readonly requestStored: number;
  readonly replyEncoding: number;
  readonly replyHeaders: string;
  readonly replyStored: number;
  readonly checkedMs: number | null;
  readonly sentMs: number | null;
  readonly repliedMs: number | null;
  readonly endedMs: number | null;
}

const DETAIL_COLUMNS = `correlation_id AS correlationId, flags, timeout_ms AS timeoutMs, attempts,
  request_encoding AS requestEncoding, request_headers AS requestHeaders, request_stored AS requestStored,
  reply_encoding AS replyEncoding, reply_headers AS replyHeaders, reply_stored AS replyStored,
  checked_ms AS checkedMs, sent_ms AS sentMs, replied_ms AS repliedMs, ended_ms AS endedMs`;

/** Exchanges that ended without any message for the caller. */
const NO_REPLY: ReadonlySet<string | null> = new Set([null, ...OUTCOMES_WITHOUT_REPLY]);

/** Looks at the clock, to end a piece of a scan in time. */
export type IsOver = () => boolean;

/** What a piece of a scan found, and how far it came. */
export interface ScanPiece {
  readonly found: readonly number[];
  readonly scannedSeq: number;
}

/** Rows of one span of time. */
export interface TimeBin {
  /** Its place: wall time divided by the length of a bin. */
  readonly bin: number;
  readonly rows: number;
  readonly errors: number;
  /** Rows that stand for exchanges which were not recorded, and how many those were. */
  readonly gaps: number;
  readonly dropped: number;
}

/** A gap of which nobody knows how many it stands for counts as one. */
const TIME_BINS = `SELECT CAST(at_ms / ? AS INTEGER) AS bin, count(*) AS rows,
  coalesce(sum(gap.seq IS NULL AND ${IS_ERROR}), 0) AS errors, count(gap.seq) AS gaps,
  coalesce(sum(CASE WHEN gap.seq IS NULL THEN 0 ELSE coalesce(gap.rows, 1) END), 0) AS dropped
  FROM exchange LEFT JOIN gap USING (seq) GROUP BY bin`;

type Stored = Readonly<Record<BodyOf, number>>;

export type SeqKey = readonly [seq: number, key: string | number | null];

/** Statements of a scan are kept for the filter last used: a person types one filter at a time. */
interface ScanStatement<Result> {
  readonly where: string;
  readonly statement: Statement<unknown[], Result>;
}

/** What is asked of one segment. */
export class SegmentReader {
  readonly #db: Database;
  readonly #row: Statement<[number], RowColumns>;
  readonly #range: Statement<[number, number], RowColumns>;
  readonly #detail: Statement<[number], DetailColumns>;
  readonly #bodySize: Statement<[number], number>;
  readonly #bodyPart: Statement<[number, number, number], Buffer>;
  readonly #page: Statement<[number, number], RowColumns>;
  readonly #open: Statement<[number, number], number>;
  readonly #choices: ChoiceTable;
  #stored: Statement<[number], Stored> | undefined;
  #scan: ScanStatement<number> | undefined;
  #keys: ScanStatement<SeqKey> | undefined;
  #steps: ScanStatement<[seq: number, matches: number]> | undefined;

  constructor(db: Database) {
    this.#db = db;
    this.#choices = new ChoiceTable(db);
    this.#row = db.prepare(`SELECT ${ROW_COLUMNS} FROM ${ROWS} WHERE exchange.seq = ?`);
    this.#range = db.prepare(
      `SELECT ${ROW_COLUMNS} FROM ${ROWS} WHERE exchange.seq BETWEEN ? AND ? ORDER BY exchange.seq`,
    );
    this.#detail = db.prepare(
      `SELECT ${ROW_COLUMNS}, ${DETAIL_COLUMNS} FROM ${ROWS} JOIN detail USING (seq) WHERE exchange.seq = ?`,
    );
    this.#bodySize = db.prepare<[number], number>('SELECT length(bytes) FROM body WHERE id = ?').pluck();
    this.#bodyPart = db
      .prepare<[number, number, number], Buffer>('SELECT substr(bytes, ?, ?) FROM body WHERE id = ?')
      .pluck();
    this.#page = db.prepare(`SELECT ${ROW_COLUMNS} FROM ${ROWS} ORDER BY exchange.seq LIMIT ? OFFSET ?`);
    this.#open = db
      .prepare<[number, number], number>(
        'SELECT seq FROM exchange WHERE outcome IS NULL AND seq BETWEEN ? AND ? ORDER BY seq',
      )
      .pluck();
  }

  row(seq: number): StoredRow | undefined {
    const found = this.#row.get(seq);
    return found === undefined ? undefined : toRow(found);
  }

  /** Rows from `firstSeq` to `lastSeq`, both included, in order. */
  rows(firstSeq: number, lastSeq: number): StoredRow[] {
    return this.#range.all(firstSeq, lastSeq).map(toRow);
  }

  /** At most `count` rows after the first `offset`, for a segment with gaps in its numbers. */
  page(offset: number, count: number): StoredRow[] {
    return this.#page.all(count, offset).map(toRow);
  }

  /** Their sequence numbers. */
  seqPage(offset: number, count: number): number[] {
    return this.#db
      .prepare<[number, number], number>('SELECT seq FROM exchange ORDER BY seq LIMIT ? OFFSET ?')
      .pluck()
      .all(count, offset);
  }

  /** Sequence numbers from `firstSeq` to `lastSeq`, both included, of exchanges that await their end. */
  open(firstSeq: number, lastSeq: number): number[] {
    return this.#open.all(firstSeq, lastSeq);
  }

  /** Sequence numbers in that range that match, in order. */
  matching(condition: SqlCondition, { firstSeq, lastSeq }: SeqRange): number[] {
    if (this.#scan?.where !== condition.where) {
      const sql = `SELECT seq FROM exchange WHERE seq BETWEEN ? AND ? AND (${condition.where}) ORDER BY seq`;
      this.#scan = { where: condition.where, statement: this.#db.prepare<unknown[], number>(sql).pluck() };
    }
    return this.#scan.statement.all(firstSeq, lastSeq, ...condition.parameters);
  }

  /**
   * As {@link matching}, but row by row until `isOver`, for conditions of which one row may cost as much as a thousand.
   *
   * @param isOver asked after each row; at least one row is looked at
   */
  stepThrough(condition: SqlCondition, { firstSeq, lastSeq }: SeqRange, isOver: IsOver): ScanPiece {
    if (this.#steps?.where !== condition.where) {
      const sql = `SELECT seq, ${condition.where} FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq`;
      this.#steps = { where: condition.where, statement: this.#db.prepare<unknown[], [number, number]>(sql).raw() };
    }
    const found: number[] = [];
    for (const [seq, matches] of this.#steps.statement.iterate(...condition.parameters, firstSeq, lastSeq)) {
      if (matches !== 0) found.push(seq);
      if (isOver()) return { found, scannedSeq: seq };
    }
    return { found, scannedSeq: lastSeq };
  }

  /** How many rows lie before that one; undefined when there is no such row. */
  rankOf(seq: number): number | undefined {
    if (this.#row.get(seq) === undefined) return undefined;
    return this.#db.prepare<[number], number>('SELECT count(*) FROM exchange WHERE seq < ?').pluck().get(seq);
  }

  /** Rows in that range with the value of an expression over the table `exchange`, in order of arrival. */
  keys(expression: string, { firstSeq, lastSeq }: SeqRange): readonly SeqKey[] {
    if (this.#keys?.where !== expression) {
      const sql = `SELECT seq, ${expression} FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq`;
      this.#keys = { where: expression, statement: this.#db.prepare<unknown[], SeqKey>(sql).raw() };
    }
    return this.#keys.statement.all(firstSeq, lastSeq);
  }

  /** Wall times of the earliest and the latest row; undefined when there is none. */
  timeExtent(): { readonly fromMs: number; readonly toMs: number } | undefined {
    const sql = 'SELECT min(at_ms) AS fromMs, max(at_ms) AS toMs FROM exchange HAVING count(*) > 0';
    return this.#db.prepare<[], { fromMs: number; toMs: number }>(sql).get();
  }

  timeBins(binMs: number): readonly TimeBin[] {
    return this.#db.prepare<[number], TimeBin>(TIME_BINS).all(binMs);
  }

  /** Bytes of a body that are in the store; 0 when there is no such row, too. */
  storedBytes(seq: number, of: BodyOf): number {
    this.#stored ??= this.#db.prepare<[number], Stored>(
      'SELECT request_stored AS request, reply_stored AS reply FROM detail WHERE seq = ?',
    );
    return this.#stored.get(seq)?.[of] ?? 0;
  }

  /** Encoding of the request's body; undefined when there is no such row. */
  requestEncoding(seq: number): number | undefined {
    return this.#detail.get(seq)?.requestEncoding;
  }

  /** Values of a key in the last `rows` rows that start with `prefix` in either case, with the number of rows that have them. */
  seenValues(key: QueryKey['key'], prefix: string, rows: number): readonly SeenValue[] {
    const sql = seenValuesSql(key);
    return sql === undefined ? [] : this.#db.prepare<unknown[], SeenValue>(sql).all({ prefix: foldCase(prefix), rows });
  }

  exchange(seq: number): StoredExchange | undefined {
    const found = this.#detail.get(seq);
    if (found === undefined) return undefined;
    const {
      correlationId,
      flags,
      timeoutMs,
      attempts,
      requestEncoding,
      requestHeaders,
      requestStored,
      replyEncoding,
      replyHeaders,
      replyStored,
      checkedMs,
      sentMs,
      repliedMs,
      endedMs,
      ...columns
    } = found;
    const row = toRow(columns);
    const reply: StoredMessage = {
      encoding: replyEncoding,
      headers: JSON.parse(replyHeaders) as StoredMessage['headers'],
      storedBytes: replyStored,
      totalBytes: row.replyBytes,
    };
    return {
      row,
      correlationId,
      flags,
      timeoutMs,
      attempts,
      request: {
        encoding: requestEncoding,
        headers: JSON.parse(requestHeaders) as StoredMessage['headers'],
        storedBytes: requestStored,
        totalBytes: row.requestBytes,
      },
      reply: NO_REPLY.has(row.outcome) ? null : reply,
      timing: { checkedMs, sentMs, repliedMs, endedMs },
      choices: this.#choices.of(seq),
    };
  }

  /** @returns undefined when there is no such row; no bytes when it has no such body */
  body(seq: number, of: BodyOf, { offset, length }: ByteRange): StoredBodyPart | undefined {
    const id = seq * 2 + (of === 'request' ? 0 : 1);
    const totalBytes = this.#bodySize.get(id);
    if (totalBytes === undefined) {
      return this.#row.get(seq) === undefined ? undefined : { bytes: new Uint8Array(0), offset: 0, totalBytes: 0 };
    }
    const start = Math.min(offset, totalBytes);
    const part = this.#bodyPart.get(start + 1, Math.min(length, totalBytes - start), id);
    return { bytes: new Uint8Array(part ?? []), offset: start, totalBytes };
  }
}
