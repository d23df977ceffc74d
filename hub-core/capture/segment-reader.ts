import type { Database, Statement } from 'better-sqlite3';
import type { SqlCondition } from './query-sql.ts';
import type {
  BodyOf,
  ByteRange,
  SeqRange,
  StoredBodyPart,
  StoredExchange,
  StoredMessage,
  StoredRow,
} from './stored-exchange.ts';

const ROW_COLUMNS = `exchange.seq AS seq, at_ms AS atMs, method, service, uri, sender AS "from", connection, via, provider,
  provider_client AS providerClient, status, outcome, error, duration_ms AS durationMs, request_bytes AS requestBytes, reply_bytes AS replyBytes`;

interface DetailColumns extends StoredRow {
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
const NO_REPLY: ReadonlySet<string | null> = new Set([null, 'one-way', 'caller-lost', 'lost']);

/** Statements of a scan are kept for the filter last used: a person types one filter at a time. */
interface ScanStatement {
  readonly where: string;
  readonly statement: Statement<unknown[], number>;
}

/** What is asked of one segment. */
export class SegmentReader {
  readonly #db: Database;
  readonly #row: Statement<[number], StoredRow>;
  readonly #range: Statement<[number, number], StoredRow>;
  readonly #detail: Statement<[number], DetailColumns>;
  readonly #bodySize: Statement<[number], number>;
  readonly #bodyPart: Statement<[number, number, number], Buffer>;
  readonly #page: Statement<[number, number], StoredRow>;
  readonly #open: Statement<[number, number], number>;
  #scan: ScanStatement | undefined;

  constructor(db: Database) {
    this.#db = db;
    this.#row = db.prepare(`SELECT ${ROW_COLUMNS} FROM exchange WHERE seq = ?`);
    this.#range = db.prepare(`SELECT ${ROW_COLUMNS} FROM exchange WHERE seq BETWEEN ? AND ? ORDER BY seq`);
    this.#detail = db.prepare(
      `SELECT ${ROW_COLUMNS}, ${DETAIL_COLUMNS} FROM exchange JOIN detail USING (seq) WHERE seq = ?`,
    );
    this.#bodySize = db.prepare<[number], number>('SELECT length(bytes) FROM body WHERE id = ?').pluck();
    this.#bodyPart = db
      .prepare<[number, number, number], Buffer>('SELECT substr(bytes, ?, ?) FROM body WHERE id = ?')
      .pluck();
    this.#page = db.prepare(`SELECT ${ROW_COLUMNS} FROM exchange ORDER BY seq LIMIT ? OFFSET ?`);
    this.#open = db
      .prepare<[number, number], number>(
        'SELECT seq FROM exchange WHERE outcome IS NULL AND seq BETWEEN ? AND ? ORDER BY seq',
      )
      .pluck();
  }

  row(seq: number): StoredRow | undefined {
    return this.#row.get(seq);
  }

  /** Rows from `firstSeq` to `lastSeq`, both included, in order. */
  rows(firstSeq: number, lastSeq: number): StoredRow[] {
    return this.#range.all(firstSeq, lastSeq);
  }

  /** At most `count` rows after the first `offset`, for a segment with gaps in its numbers. */
  page(offset: number, count: number): StoredRow[] {
    return this.#page.all(count, offset);
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
      ...row
    } = found;
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
