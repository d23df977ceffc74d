import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { CaptureVersionError } from './capture-errors.ts';
import { ColumnTable } from './column-table.ts';
import { FrameTable } from './frame-table.ts';
import { APPLICATION_ID, readFrom, SEGMENT_SCHEMA, SEGMENT_VERSION, upgradeFrom } from './schema.ts';
import { SegmentReader } from './segment-reader.ts';
import { SegmentWriter, type NewRow } from './segment-writer.ts';
import { addSqlFunctions } from './sql-functions.ts';
import type { StoredGap } from './stored-exchange.ts';

type Db = Database.Database;

/** Suffix of a file that is dropped and only waits to be unlinked; removed at the next opening after a crash. */
export const GONE_SUFFIX = '.gone';

/** An exchange with its bodies mostly fits one, and a scan touches half as many as with SQLite's default. */
const PAGE_BYTES = 8192;

const SQLITE_FILES = ['', '-wal', '-shm'] as const;

interface Extent {
  readonly rows: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

const EMPTY: Extent = { rows: 0, firstSeq: 0, lastSeq: 0 };

const isSegment = (db: Db): boolean => db.pragma('application_id', { simple: true }) === APPLICATION_ID;
const versionOf = (db: Db): number => Number(db.pragma('user_version', { simple: true }));

/**
 * One SQLite file of consecutive exchanges. The last segment of a store takes new rows; the earlier ones only the ends of
 * exchanges that began in them. Retention and clearing drop whole files.
 */
export class Segment implements Disposable {
  readonly path: string;
  readonly reader: SegmentReader;
  readonly frames: FrameTable;
  readonly columns: ColumnTable;
  /** False when it was open to new rows when its last process ended: in good order, that is noted at the end. */
  readonly wasSealed: boolean;
  readonly #db: Db;
  readonly #writer: SegmentWriter | undefined;
  #firstSeq: number;
  #lastSeq: number;
  #rows: number;
  #bytes: number | undefined;

  private constructor(path: string, db: Db, { extent, wasSealed }: { extent: Extent; wasSealed: boolean }) {
    this.path = path;
    this.#db = db;
    this.wasSealed = wasSealed;
    addSqlFunctions(db);
    this.columns = new ColumnTable(db);
    this.#writer = db.readonly ? undefined : new SegmentWriter(db, this.columns);
    this.reader = new SegmentReader(db);
    this.frames = new FrameTable(db);
    this.#rows = extent.rows;
    this.#firstSeq = extent.firstSeq;
    this.#lastSeq = extent.lastSeq;
  }

  /** Makes the file. */
  static create(path: string): Segment {
    // Before SQLite makes it with the umask's mode; its `-wal` and `-shm` then take this one.
    closeSync(openSync(path, 'w', 0o600));
    const db = Segment.#connect(path, {});
    try {
      db.exec(`BEGIN; ${SEGMENT_SCHEMA} COMMIT;`);
      return new Segment(path, db, { extent: EMPTY, wasSealed: false });
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** True for a segment that a newer version wrote; false for an older one, and for what is no segment. */
  static isNewer(path: string): boolean {
    try {
      using stack = new DisposableStack();
      const db = stack.adopt(new Database(path, { readonly: true, fileMustExist: true }), (open) => open.close());
      return isSegment(db) && versionOf(db) > SEGMENT_VERSION;
    } catch {
      return false; // it will be set aside
    }
  }

  /**
   * Opens an existing file. Exchanges that were open when the last process ended are marked as lost, and a file of an earlier
   * version is brought up to this one, unless it is only read.
   *
   * @throws {CaptureVersionError} when it is from a newer version and would be written; {Error} when it is no segment at all
   */
  static open(path: string, { readonly }: { readonly readonly: boolean }): Segment {
    const db = Segment.#connect(path, { fileMustExist: true, readonly });
    try {
      if (!isSegment(db)) throw new Error(`Cannot open "${path}": it is no traffic segment`);
      const version = versionOf(db);
      if (version > SEGMENT_VERSION && !readonly) throw new CaptureVersionError(path, version, SEGMENT_VERSION);
      if (!readonly && upgradeFrom(version) !== '') db.exec(`BEGIN; ${upgradeFrom(version)} COMMIT;`);
      if (readonly && readFrom(version) !== '') db.exec(readFrom(version));
      const sealed = db
        .prepare<[], Extent>('SELECT rows, first_seq AS firstSeq, last_seq AS lastSeq FROM sealed')
        .get();
      const counted = db.prepare<[], Extent>(
        'SELECT count(*) AS rows, coalesce(min(seq), 0) AS firstSeq, coalesce(max(seq), 0) AS lastSeq FROM exchange',
      );
      const extent = sealed ?? counted.get() ?? EMPTY;
      const segment = new Segment(path, db, { extent, wasSealed: sealed !== undefined });
      if (!readonly) segment.markOpenAsLost();
      return segment;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  static #connect(path: string, options: Database.Options): Db {
    const db = new Database(path, options);
    try {
      // Text and blobs of hostile traffic are data only.
      db.pragma('trusted_schema = OFF');
      db.pragma('cache_size = -1024');
      if (db.readonly) return db;
      db.pragma(`page_size = ${String(PAGE_BYTES)}`);
      db.pragma('journal_mode = WAL');
      // A power cut may cost the last batches, never the file: what captured traffic is worth.
      db.pragma('synchronous = NORMAL');
      // 2 MiB: short checkpoints, so that none holds the thread for long.
      db.pragma('wal_autocheckpoint = 256');
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

  /** Its methods are called within `write`. */
  get writer(): SegmentWriter {
    if (this.#writer === undefined)
      throw new TypeError(`Cannot write to "${this.path}": it is opened for reading only`);
    return this.#writer;
  }

  /** Runs `work` in one transaction; what it added is forgotten when it throws. */
  write(work: () => void): void {
    const [rows, firstSeq, lastSeq] = [this.#rows, this.#firstSeq, this.#lastSeq];
    this.#bytes = undefined;
    try {
      this.#db.transaction(work).immediate();
    } catch (error) {
      [this.#rows, this.#firstSeq, this.#lastSeq] = [rows, firstSeq, lastSeq];
      this.frames.forgetExtent();
      this.columns.reload();
      throw error;
    }
  }

  insert(row: NewRow, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.writer.insert(row, bytes)) this.#grow(row.start.seq);
  }

  addGap(seq: number, gap: StoredGap, atMs: number): void {
    this.writer.addGap(seq, gap, atMs);
    this.#grow(seq);
  }

  #grow(seq: number): void {
    this.#rows += 1;
    if (this.#firstSeq === 0 || seq < this.#firstSeq) this.#firstSeq = seq;
    if (seq > this.#lastSeq) this.#lastSeq = seq;
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
