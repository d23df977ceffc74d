import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openHubDatabase } from '../../server/storage/database.ts';
import { acquireHubLock } from '../../server/storage/hub-lock.ts';
import { MIGRATIONS, type Migration } from '../../server/storage/migrations.ts';
import { StorageError } from '../../server/storage/storage-error.ts';
import { temporaryFolder } from '../support/traffic.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** What starting prints: one line. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('it was not refused');
}

describe('openHubDatabase()', () => {
  it('[ST1] makes folder and files for this user alone, whatever the umask says', () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'deep', 'data');
    const umask = process.umask(0);
    try {
      using database = openHubDatabase(dataDir);
      using lock = acquireHubLock(dataDir);
      expect({ open: database.connection.open, lock }).toMatchObject({ open: true });
      expect(modeOf(dataDir)).toBe('700');
      const files = readdirSync(dataDir).toSorted();
      expect(files).toEqual(['hub.db', 'hub.db-shm', 'hub.db-wal', 'hub.lock', 'hub.lock-journal', 'hub.lock.pid']);
      expect(files.map((file) => modeOf(join(dataDir, file)))).toEqual(files.map(() => '600'));
    } finally {
      process.umask(umask);
    }
  });

  it('[ST1] narrows a database that others could read, and leaves a folder that is there as it is', () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'shared');
    mkdirSync(dataDir, { mode: 0o755 });
    writeFileSync(join(dataDir, 'hub.db'), '', { mode: 0o644 });
    using database = openHubDatabase(dataDir);
    expect([modeOf(dataDir), modeOf(database.path)]).toEqual(['755', '600']);
  });

  it('[ST2] commits are on the disk, foreign keys hold, tables are strict', () => {
    using folder = temporaryFolder();
    using database = openHubDatabase(folder.path);
    const { connection } = database;
    const pragma = (name: string): unknown => connection.pragma(name, { simple: true });
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
    const tables = connection.pragma('table_list') as { name: string; schema: string; strict: number; type: string }[];
    const own = tables.filter(({ name, schema }) => schema === 'main' && !name.startsWith('sqlite_'));
    expect(own.map(({ name }) => name).toSorted()).toEqual([
      'audit',
      'blocks',
      'clients',
      'credentials',
      'grants',
      'passwords',
      'sessions',
      'signing_keys',
    ]);
    expect(own.every(({ strict }) => strict === 1)).toBe(true);
  });

  it('[ST6] dataVersion() changes with what other connections write, not with what this one does', () => {
    using folder = temporaryFolder();
    using mine = openHubDatabase(folder.path);
    using theirs = openHubDatabase(folder.path);
    const before = mine.dataVersion();
    mine.connection.exec("INSERT INTO clients VALUES ('a', 'client', 1, NULL, 1, 0)");
    expect(mine.dataVersion()).toBe(before);
    theirs.connection.exec("INSERT INTO clients VALUES ('b', 'client', 1, NULL, 2, 0)");
    expect(mine.dataVersion()).not.toBe(before);
  });
});

describe('openHubDatabase() with something wrong', () => {
  it('[ST4] refuses a database from a newer version', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    openHubDatabase(folder.path)[Symbol.dispose]();
    const database = new Database(path);
    database.pragma('user_version = 99');
    database.close();
    expect(refusal(() => openHubDatabase(folder.path))).toBe(
      `Cannot use "${path}": a newer version of whub made it (schema 99, this one knows ${String(MIGRATIONS.at(-1)?.version)}); update whub`,
    );
  });

  it('[ST4] refuses a database of another program', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    const database = new Database(path);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    expect(refusal(() => openHubDatabase(folder.path))).toBe(
      `Cannot use "${path}": it is a database of another program; choose another folder with --data`,
    );
  });

  it('[ST4] refuses a file that is no database', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    writeFileSync(path, 'this is not a database, '.repeat(100));
    expect(refusal(() => openHubDatabase(folder.path))).toBe(
      `Cannot open "${path}": it is no database; "whub doctor" says what can be done`,
    );
  });

  it('[ST4] refuses a database that is damaged', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    openHubDatabase(folder.path)[Symbol.dispose]();
    const pageBytes = 4_096;
    const bytes = new Uint8Array(statSync(path).size).fill(0x5a);
    const database = new Database(path);
    const whole = database.serialize();
    database.close();
    bytes.set(whole.subarray(0, 100));
    expect(bytes.byteLength).toBeGreaterThan(pageBytes);
    writeFileSync(path, bytes);
    expect(refusal(() => openHubDatabase(folder.path))).toBe(
      `Cannot open "${path}": it is damaged; "whub doctor" says what can be done`,
    );
  });

  it('[ST4] refuses a path that cannot be written', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const below = join(file, 'data');
    expect(refusal(() => openHubDatabase(below))).toBe(
      `Cannot make the data folder "${below}": a part of the path is a file; choose another with --data`,
    );
    expect(refusal(() => openHubDatabase(file))).toBe(
      `Cannot make the data folder "${file}": there is a file of that name; choose another with --data`,
    );
    expect(refusal(() => openHubDatabase(join(folder.path, 'n'.repeat(300))))).toContain('ENAMETOOLONG');
    mkdirSync(join(folder.path, 'hub.db'));
    expect(refusal(() => openHubDatabase(folder.path))).toBe(
      `Cannot open "${join(folder.path, 'hub.db')}": it is no file that can be opened for writing; move it away, or choose another folder with --data`,
    );
  });
});

describe('migrations', () => {
  const first: Migration = { version: 1, sql: 'CREATE TABLE one (a INTEGER) STRICT' };
  const second: Migration = { version: 2, sql: 'CREATE TABLE two (a INTEGER) STRICT; INSERT INTO one VALUES (2)' };
  const third: Migration = { version: 3, sql: 'ALTER TABLE two ADD COLUMN b INTEGER' };

  const versionOf = (path: string): number => {
    const database = new Database(path, { readonly: true });
    try {
      return Number(database.pragma('user_version', { simple: true }));
    } finally {
      database.close();
    }
  };

  it('[ST3] steps that are missing run in order, after a copy was put beside the database', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first] })[Symbol.dispose]();
    using database = openHubDatabase(folder.path, { migrations: [first, second, third], wallMs: () => 0 });
    expect(database.connection.prepare('SELECT a, b FROM one LEFT JOIN two USING (a)').all()).toEqual([
      { a: 2, b: null },
    ]);
    expect(versionOf(database.path)).toBe(3);
    const copy = `${database.path}.backup-1-19700101T000000000Z`;
    expect([versionOf(copy), modeOf(copy)]).toEqual([1, '600']);
  });

  it('[ST3] a new database needs no copy, and one that is up to date is left alone', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first, second] })[Symbol.dispose]();
    openHubDatabase(folder.path, { migrations: [first, second] })[Symbol.dispose]();
    expect(readdirSync(folder.path)).toEqual(['hub.db']);
  });

  it('[ST3] a step that fails leaves the database as it was', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first] })[Symbol.dispose]();
    const broken: Migration = { version: 3, sql: 'INSERT INTO nowhere VALUES (1)' };
    const open = (): unknown => openHubDatabase(folder.path, { migrations: [first, second, broken] });
    expect(refusal(open)).toContain('no such table: nowhere');
    expect(refusal(open)).toContain('no such table: nowhere');
    using database = openHubDatabase(folder.path, { migrations: [first] });
    expect(database.connection.prepare('SELECT count(*) FROM one').pluck().get()).toBe(0);
  });

  it('[ST3] an older database is not changed under a hub that runs on it', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first] })[Symbol.dispose]();
    using running = acquireHubLock(folder.path);
    expect(running).toBeDefined();
    expect(refusal(() => openHubDatabase(folder.path, { migrations: [first, second] }))).toContain(
      'another hub runs on it',
    );
    using own = openHubDatabase(folder.path, { migrations: [first, second], holdsLock: true });
    expect(versionOf(own.path)).toBe(2);
  });
});

describe('acquireHubLock()', () => {
  it('[ST5] one hub a folder: a second is refused, also in the same process, until the first has gone', () => {
    using folder = temporaryFolder();
    const text = `Cannot use the data folder "${folder.path}": another hub runs on it (process ${String(process.pid)}); stop it with "whub stop" or choose another with --data`;
    const first = acquireHubLock(folder.path);
    expect(refusal(() => acquireHubLock(folder.path))).toBe(text);
    // The attempt itself may not have freed the first one's lock.
    expect(refusal(() => acquireHubLock(folder.path))).toBe(text);
    first[Symbol.dispose]();
    acquireHubLock(folder.path)[Symbol.dispose]();
  });

  it('[ST4] a lock file that is none is refused', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.lock');
    writeFileSync(path, 'this is not a database, '.repeat(100));
    expect(refusal(() => acquireHubLock(folder.path))).toBe(
      `Cannot open "${path}": it is no database; "whub doctor" says what can be done`,
    );
  });

  it('[ST5] the system frees the lock of a process that is killed', async () => {
    using folder = temporaryFolder();
    const script = join(import.meta.dirname, '..', 'support', 'lock-holder.ts');
    const holder = spawn(process.execPath, [script, folder.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      expect(refusal(() => acquireHubLock(folder.path))).toContain('another hub runs on it');
    } finally {
      holder.kill('SIGKILL');
    }
    await once(holder, 'exit');
    acquireHubLock(folder.path)[Symbol.dispose]();
  });
});
