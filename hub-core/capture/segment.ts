import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import Database from 'better-sqlite3';
import type { BodySlice, ExchangeEnd, ExchangeStart } from '../common/traffic/exchange.ts';
import { CaptureVersionError } from './capture-errors.ts';
import { APPLICATION_ID, SEGMENT_SCHEMA, SEGMENT_VERSION } from './schema.ts';
import { SegmentReader } from './segment-reader.ts';

type Db = Database.Database;

export interface NewRow {
  readonly start: ExchangeStart;
  readonly end: ExchangeEnd | undefined;
  readonly atMs: number;
}

/** Suffix of a file that is dropped and only waits to be unlinked; removed at the next opening after a crash. */
export const GONE_SUFFIX = '.gone';

/** An exchange with its bodies mostly fits one, and a scan touches half as many as with SQLite's default. */
const PAGE_BYTES = 8192;

const SQLITE_FILES = ['', '-wal', '-shm'] as const;

function sliceOf(bytes: Uint8Array<ArrayBuffer>, body: BodySlice): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + body.offset, body.stored);
}

/** NaN stands for "never came that far" on the wire between threads; SQLite has NULL for it. */
function since(startMs: number, atMs: number): number | null {
  return Number.isNaN(atMs) ? null : atMs - startMs;
}

/** Of a request that came in pieces the whole; where that was left out, its beginning. */
function requestOf(beginning: BodySlice, whole: BodySlice | undefined): BodySlice {
  if (whole === undefined) return beginning;
  return whole.stored > 0 ? whole : { ...beginning, total: whole.total };
}

type Value = string | number | null;

/** Columns `provider` to `reply_bytes` of `exchange`, in their order. */
function endOfExchange(receivedMs: number, end: ExchangeEnd): readonly Value[] {
  const durationMs = since(receivedMs, end.endedMs);
  return [end.provider, end.providerClient, end.status, end.outcome, end.error, durationMs, end.body.total];
}

/** Columns `attempts` to `ended_ms` of `detail`, in their order. */
function endOfDetail(receivedMs: number, end: ExchangeEnd): readonly Value[] {
  const timing = [end.checkedMs, end.sentMs, end.repliedMs, end.endedMs].map((atMs) => since(receivedMs, atMs));
  return [end.attempts, end.encoding, JSON.stringify(end.headers), end.body.stored, ...timing];
}

/** The same columns of an exchange that awaits its end. */
const OPEN_EXCHANGE: readonly Value[] = ['', '', null, null, '', null, 0];
const OPEN_DETAIL: readonly Value[] = [0, 0, '[]', 0, null, null, null, null];

const INSERT_EXCHANGE = `INSERT OR IGNORE INTO exchange
  (seq, at_ms, method, service, uri, sender, connection, via, request_bytes, provider, provider_client, status, outcome, error, duration_ms, reply_bytes)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_DETAIL = `INSERT OR IGNORE INTO detail
  (seq, correlation_id, flags, timeout_ms, received_ms, request_encoding, request_headers, request_stored,
   attempts, reply_encoding, reply_headers, reply_stored, checked_ms, sent_ms, replied_ms, ended_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const UPDATE_EXCHANGE = `UPDATE exchange SET provider = ?, provider_client = ?, status = ?, outcome = ?, error = ?, duration_ms = ?, reply_bytes = ?
  WHERE seq = ? AND outcome IS NULL`;
const UPDATE_DETAIL = `UPDATE detail SET attempts = ?, reply_encoding = ?, reply_headers = ?, reply_stored = ?,
  checked_ms = ?, sent_ms = ?, replied_ms = ?, ended_ms = ? WHERE seq = ?`;

function prepareWriter(db: Db) {
  return {
    exchange: db.prepare(INSERT_EXCHANGE),
    detail: db.prepare(INSERT_DETAIL),
    endExchange: db.prepare(UPDATE_EXCHANGE),
    endDetail: db.prepare(UPDATE_DETAIL),
    requestBytes: db.prepare('UPDATE exchange SET request_bytes = ? WHERE seq = ?'),
    requestStored: db.prepare('UPDATE detail SET request_stored = ? WHERE seq = ?'),
    body: db.prepare('INSERT OR REPLACE INTO body (id, bytes) VALUES (?, ?)'),
    received: db.prepare<[number], number>('SELECT received_ms FROM detail WHERE seq = ?').pluck(),
  };
}

/**
 * One SQLite file of consecutive exchanges. The last segment of a store takes new rows; the earlier ones only the ends of
 * exchanges that began in them. Retention and clearing drop whole files.
 */
export class Segment implements Disposable {
  readonly path: string;
  readonly reader: SegmentReader;
  readonly #db: Db;
  readonly #writer: ReturnType<typeof prepareWriter>;
  #firstSeq: number;
  #lastSeq: number;
  #rows: number;
  #bytes: number | undefined;

  private constructor(path: string, db: Db, extent: { rows: number; firstSeq: number; lastSeq: number }) {
    this.path = path;
    this.#db = db;
    this.#writer = prepareWriter(db);
    this.reader = new SegmentReader(db);
    this.#rows = extent.rows;
    this.#firstSeq = extent.firstSeq;
    this.#lastSeq = extent.lastSeq;
  }

  /** Makes the file. */
  static create(path: string): Segment {
    // Before SQLite makes it with the umask's mode; its `-wal` and `-shm` then take this one.
    closeSync(openSync(path, 'w', 0o600));
    const db = Segment.#connect(path, false);
    try {
      db.exec(`BEGIN; ${SEGMENT_SCHEMA} COMMIT;`);
      return new Segment(path, db, { rows: 0, firstSeq: 0, lastSeq: 0 });
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /**
   * Opens an existing file. Exchanges that were open when the last process ended are marked as lost.
   *
   * @throws {CaptureVersionError} when it is from a newer version; {Error} when it is no segment at all
   */
  static open(path: string): Segment {
    const db = Segment.#connect(path, true);
    try {
      if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
        throw new Error(`Cannot open "${path}": it is no traffic segment`);
      const version = Number(db.pragma('user_version', { simple: true }));
      if (version > SEGMENT_VERSION) throw new CaptureVersionError(path, version, SEGMENT_VERSION);
      const sealed = db.prepare<[], { rows: number; firstSeq: number; lastSeq: number }>(
        'SELECT rows, first_seq AS firstSeq, last_seq AS lastSeq FROM sealed',
      );
      const counted = db.prepare<[], { rows: number; firstSeq: number; lastSeq: number }>(
        'SELECT count(*) AS rows, coalesce(min(seq), 0) AS firstSeq, coalesce(max(seq), 0) AS lastSeq FROM exchange',
      );
      const segment = new Segment(path, db, sealed.get() ?? counted.get() ?? { rows: 0, firstSeq: 0, lastSeq: 0 });
      segment.markOpenAsLost();
      return segment;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  static #connect(path: string, fileMustExist: boolean): Db {
    const db = new Database(path, { fileMustExist });
    try {
      db.pragma(`page_size = ${String(PAGE_BYTES)}`);
      db.pragma('journal_mode = WAL');
      // A power cut may cost the last batches, never the file: what captured traffic is worth.
      db.pragma('synchronous = NORMAL');
      // 2 MiB: short checkpoints, so that none holds the thread for long.
      db.pragma('wal_autocheckpoint = 256');
      db.pragma('cache_size = -1024');
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get rows(): number {
    return this.#rows;
  }

  /** 0 while empty. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** 0 while empty. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Size on disk, without what is only in the write-ahead log yet. */
  get bytes(): number {
    this.#bytes ??= Number(this.#db.pragma('page_count', { simple: true })) * PAGE_BYTES;
    return this.#bytes;
  }

  /** True when every sequence number between the first and the last is there: then a row's place is plain arithmetic. */
  get contiguous(): boolean {
    return this.#rows === 0 || this.#rows === this.#lastSeq - this.#firstSeq + 1;
  }

  /** Runs `work` in one transaction; what it added is forgotten when it throws. */
  write(work: () => void): void {
    const [rows, firstSeq, lastSeq] = [this.#rows, this.#firstSeq, this.#lastSeq];
    this.#bytes = undefined;
    try {
      this.#db.transaction(work).immediate();
    } catch (error) {
      [this.#rows, this.#firstSeq, this.#lastSeq] = [rows, firstSeq, lastSeq];
      throw error;
    }
  }

  /**
   * Adds a row, with its end when that is known already: one insert instead of an insert and an update.
   *
   * @param row its `atMs` is the wall time of arrival
   */
  insert({ start, end, atMs }: NewRow, bytes: Uint8Array<ArrayBuffer>): void {
    const { seq, receivedMs } = start;
    const request = requestOf(start.body, end?.requestBody);
    const inserted = this.#writer.exchange.run(
      seq,
      atMs,
      start.method,
      start.service,
      start.uri,
      start.from,
      start.connection,
      start.via,
      request.total,
      ...(end === undefined ? OPEN_EXCHANGE : endOfExchange(receivedMs, end)),
    );
    if (inserted.changes === 0) return;
    this.#writer.detail.run(
      seq,
      start.correlationId,
      start.flags,
      start.timeoutMs,
      receivedMs,
      start.encoding,
      JSON.stringify(start.headers),
      request.stored,
      ...(end === undefined ? OPEN_DETAIL : endOfDetail(receivedMs, end)),
    );
    if (request.stored > 0) this.#writer.body.run(seq * 2, sliceOf(bytes, request));
    if (end !== undefined && end.body.stored > 0) this.#writer.body.run(seq * 2 + 1, sliceOf(bytes, end.body));
    this.#rows += 1;
    if (this.#firstSeq === 0 || seq < this.#firstSeq) this.#firstSeq = seq;
    if (seq > this.#lastSeq) this.#lastSeq = seq;
  }

  /** @returns false when the row is not here, or ended before */
  end(end: ExchangeEnd, bytes: Uint8Array<ArrayBuffer>): boolean {
    const receivedMs = this.#writer.received.get(end.seq);
    if (receivedMs === undefined) return false;
    const updated = this.#writer.endExchange.run(...endOfExchange(receivedMs, end), end.seq);
    if (updated.changes === 0) return false;
    this.#writer.endDetail.run(...endOfDetail(receivedMs, end), end.seq);
    if (end.body.stored > 0) this.#writer.body.run(end.seq * 2 + 1, sliceOf(bytes, end.body));
    if (end.requestBody !== undefined) this.#replaceRequest(end.seq, end.requestBody, bytes);
    return true;
  }

  /** More of the request's body came after its row. */
  #replaceRequest(seq: number, body: BodySlice, bytes: Uint8Array<ArrayBuffer>): void {
    this.#writer.requestBytes.run(body.total, seq);
    if (body.stored === 0) return;
    this.#writer.requestStored.run(body.stored, seq);
    this.#writer.body.run(seq * 2, sliceOf(bytes, body));
  }

  /** @returns how many rows were still open */
  markOpenAsLost(): number {
    return this.#db.prepare("UPDATE exchange SET outcome = 'lost', status = 0 WHERE outcome IS NULL").run().changes;
  }

  /** Notes the extent, so that the next opening need not count, and empties the write-ahead log. */
  seal(): void {
    this.write(() => {
      this.#db.exec('DELETE FROM sealed');
      this.#db
        .prepare('INSERT INTO sealed (rows, first_seq, last_seq) VALUES (?, ?, ?)')
        .run(this.#rows, this.#firstSeq, this.#lastSeq);
    });
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Takes rows again after a restart: the extent is no longer what `seal` noted. */
  unseal(): void {
    this.#db.exec('DELETE FROM sealed');
  }

  /** Closes and removes the file. It is renamed at once, so that it cannot come back, and unlinked beside the thread. */
  drop(): Promise<void> {
    this.#db.close();
    return dropFiles(this.path);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

async function dropFiles(path: string): Promise<void> {
  const gone: string[] = [];
  for (const suffix of SQLITE_FILES) {
    if (!existsSync(path + suffix)) continue;
    renameSync(path + suffix, path + suffix + GONE_SUFFIX);
    gone.push(path + suffix + GONE_SUFFIX);
  }
  await Promise.all(gone.map((file) => rm(file, { force: true })));
}

/** Moves a file that cannot be read out of the way, for a person to look at. @returns its new path */
export function setAside(path: string, wallMs: number): string {
  const aside = `${path}.unreadable-${String(Math.trunc(wallMs))}`;
  for (const suffix of SQLITE_FILES) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}
