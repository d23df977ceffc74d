import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../common/errors/hub-error.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { BackupSchedule } from '../../server/storage/backup-schedule.ts';
import { backupPath, listBackups, pruneBackups } from '../../server/storage/backups.ts';
import { ClientRegistry } from '../../server/storage/client-registry.ts';
import { openHubDatabase, type HubDatabase } from '../../server/storage/database.ts';
import { acquireHubLock } from '../../server/storage/hub-lock.ts';
import { inspectDatabase } from '../../server/storage/inspect-database.ts';
import { MIGRATIONS, type Migration } from '../../server/storage/migrations.ts';
import { StorageError } from '../../server/storage/storage-error.ts';
import { createStorage } from '../../server/storage/storage-module.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub } from '../support/test-hub.ts';
import { temporaryFolder } from '../support/traffic.ts';

/** In full: whoever may mount has them there. */
const MOUNT = '/usr/bin/mount';
const UMOUNT = '/usr/bin/umount';
const DAY_MS = 86_400_000;
const never = new AbortController().signal;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const isRoot = process.getuid?.() === 0;

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

/** Overwrites the middle of a database with a pattern, its first page excepted. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4_096 + 100, bytes.length - 100);
  writeFileSync(path, bytes);
}

function addClients(dataDir: string, ...clients: readonly string[]): void {
  using database = openHubDatabase(dataDir);
  const registry = new ClientRegistry(database, new FakeClock());
  for (const client of clients) registry.add({ client, mayCall: ['*'], mayProvide: [] });
}

function clientsOf(dataDir: string): readonly string[] {
  using database = openHubDatabase(dataDir);
  return new ClientRegistry(database, new FakeClock()).list().map(({ client }) => client);
}

describe('backups before a migration', () => {
  const first: Migration = {
    version: 1,
    sql: 'CREATE TABLE one (a INTEGER PRIMARY KEY) STRICT; INSERT INTO one VALUES (1)',
  };
  const second: Migration = {
    version: 2,
    sql: 'CREATE TABLE two (a INTEGER REFERENCES one (a)) STRICT; DELETE FROM one',
  };
  const wallMs = (): number => Date.UTC(2026, 10, 25, 12, 30, 15, 7);

  it('[ST20] hold what was there, under a name with schema and time, for this user alone', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first] })[Symbol.dispose]();
    openHubDatabase(folder.path, { migrations: [first, second], wallMs })[Symbol.dispose]();
    const path = join(folder.path, 'hub.db.backup-1-20261125T123015007Z');
    expect([inspectDatabase(path), modeOf(path)]).toEqual([
      { version: 1, isHubDatabase: true, faults: [], orphans: 0 },
      '600',
    ]);
    const copy = new Database(path, { readonly: true });
    expect(copy.prepare('SELECT a FROM one').pluck().all()).toEqual([1]);
    copy.close();
    expect(readdirSync(folder.path).toSorted()).toEqual(['hub.db', 'hub.db.backup-1-20261125T123015007Z', 'hub.lock']);
  });

  it('[ST20] without a backup nothing is migrated', () => {
    using folder = temporaryFolder();
    openHubDatabase(folder.path, { migrations: [first] })[Symbol.dispose]();
    mkdirSync(join(folder.path, 'hub.db.backup-new'));
    expect(refusal(() => openHubDatabase(folder.path, { migrations: [first, second] }))).toContain('Cannot open');
    using database = openHubDatabase(folder.path, { migrations: [first] });
    expect(database.connection.prepare('SELECT a FROM one').pluck().all()).toEqual([1]);
  });

  it.each([
    ['fails', 'DELETE FROM one; INSERT INTO nowhere VALUES (1)'],
    ['leaves rows that refer to nothing', 'PRAGMA defer_foreign_keys = ON; INSERT INTO two VALUES (77)'],
  ])('[ST21] a step that %s is rolled back, and the older version goes on with what it had', (_what, sql) => {
    using folder = temporaryFolder();
    const with2: Migration = { version: 2, sql: 'CREATE TABLE two (a INTEGER REFERENCES one (a)) STRICT' };
    openHubDatabase(folder.path, { migrations: [first, with2] })[Symbol.dispose]();
    const broken = [first, with2, { version: 3, sql }];
    expect(refusal(() => openHubDatabase(folder.path, { migrations: broken, wallMs }))).toMatch(
      /no such table: nowhere|1 rows would refer to nothing/,
    );
    const [backup] = listBackups(join(folder.path, 'hub.db'));
    expect(inspectDatabase(backup?.path ?? '')).toMatchObject({ version: 2, faults: [] });
    using database = openHubDatabase(folder.path, { migrations: [first, with2] });
    expect(database.connection.prepare('SELECT a FROM one').pluck().all()).toEqual([1]);
    database.connection.exec('INSERT INTO one VALUES (2)');
  });

  it('[ST21] every schema there ever was is brought up to date with its rows', () => {
    for (let version = 1; version < MIGRATIONS.length; version += 1) {
      using folder = temporaryFolder();
      const old = openHubDatabase(folder.path, { migrations: MIGRATIONS.slice(0, version) });
      old.connection.exec(
        "INSERT INTO clients (id, role, created_at_ms, revoked_at_ms, revision) VALUES ('a', 'client', 1, NULL, 1)",
      );
      old[Symbol.dispose]();
      expect(clientsOf(folder.path)).toEqual(['a']);
      expect(listBackups(join(folder.path, 'hub.db')).map((backup) => backup.version)).toEqual([version]);
    }
  });
});

describe('BackupSchedule', () => {
  interface Stage extends AsyncDisposable {
    readonly dataDir: string;
    readonly clock: FakeClock;
    readonly database: HubDatabase;
    readonly schedule: BackupSchedule;
    readonly errors: unknown[];
    /** Lets time pass, and waits for a backup that this set going. */
    readonly pass: (ms: number) => Promise<void>;
  }

  function stage(): Stage {
    const folder = temporaryFolder();
    const clock = new FakeClock();
    const database = openHubDatabase(folder.path);
    const errors: unknown[] = [];
    const schedule = new BackupSchedule({ clock, source: database, done: (error) => void errors.push(error) });
    return {
      dataDir: folder.path,
      clock,
      database,
      schedule,
      errors,
      pass: async (ms) => {
        clock.advance(ms);
        await schedule.running;
      },
      [Symbol.asyncDispose]: async () => {
        await schedule[Symbol.asyncDispose]();
        database[Symbol.dispose]();
        folder[Symbol.dispose]();
      },
    };
  }

  it('[ST22] makes one soon after the start when none is younger than a day, and then daily', async () => {
    await using scene = stage();
    await scene.pass(10_000);
    const first = listBackups(scene.database.path);
    await scene.pass(3_600_000);
    const same = listBackups(scene.database.path);
    for (let hour = 0; hour < 25; hour += 1) await scene.pass(3_600_000);
    const later = listBackups(scene.database.path);
    expect([first.length, same, later.length]).toEqual([1, first, 2]);
    expect(later.map(({ path }) => [modeOf(path), inspectDatabase(path)])).toEqual(
      later.map(() => ['600', { version: MIGRATIONS.at(-1)?.version, isHubDatabase: true, faults: [], orphans: 0 }]),
    );
    expect(scene.errors).toEqual([undefined, undefined]);
  });

  it('[ST22] holds every write that came before it, and does not stop those that come meanwhile', async () => {
    await using scene = stage();
    const registry = new ClientRegistry(scene.database, scene.clock);
    for (let index = 0; index < 50; index += 1)
      registry.add({ client: `c${String(index)}`, mayCall: ['x'.repeat(60)], mayProvide: [] });
    scene.clock.advance(10_000);
    registry.add({ client: 'meanwhile', mayCall: [], mayProvide: [] });
    await scene.schedule.running;
    const [backup] = listBackups(scene.database.path);
    const copy = new Database(backup?.path, { readonly: true });
    const count = Number(copy.prepare('SELECT count(*) FROM clients').pluck().get());
    copy.close();
    expect(count).toBeGreaterThanOrEqual(50);
  });

  it('[ST22] three are kept, and of each older schema the last', () => {
    using folder = temporaryFolder();
    const database = join(folder.path, 'hub.db');
    const put = (version: number, day: number): string => {
      const path = backupPath(database, version, day * DAY_MS);
      writeFileSync(path, '');
      return path;
    };
    const all = [put(1, 1), put(2, 2), put(2, 3), put(3, 4), put(3, 5), put(3, 6), put(3, 7)];
    writeFileSync(`${database}.backup-mine`, 'not one of the hub');
    pruneBackups(database);
    expect(listBackups(database).map(({ path }) => all.indexOf(path))).toEqual([6, 5, 4, 2, 0]);
    expect(existsSync(`${database}.backup-mine`)).toBe(true);
  });

  it('[ST22] being stopped while one is made leaves nothing of it, and no timer', async () => {
    await using scene = stage();
    scene.clock.advance(10_000);
    await scene.schedule[Symbol.asyncDispose]();
    const left = readdirSync(scene.dataDir).filter((name) => name.includes('backup'));
    expect([left, scene.clock.pendingTimers, scene.errors]).toEqual([[], 0, []]);
  });

  it('[ST23] one that fails degrades the storage and is tried again', async () => {
    using folder = temporaryFolder();
    const clock = new FakeClock();
    const storage = createStorage({ dataDir: folder.path, clock, log: silentLogger });
    await storage.start(never);
    const inTheWay = join(folder.path, 'hub.db.backup-new');
    mkdirSync(inTheWay);
    clock.advance(10_000);
    await new Promise(setImmediate);
    expect(storage.health()).toEqual({ state: 'degraded', detail: 'cannot back up the database' });
    rmSync(inTheWay, { recursive: true });
    clock.advance(3_600_000);
    while (storage.health().state !== 'serving') await new Promise(setImmediate);
    const metrics = new Map(storage.metrics?.().map(({ name, value }) => [name, value]));
    expect([metrics.get('backups_total'), metrics.get('backup_failures_total')]).toEqual([1, 1]);
    expect(metrics.get('last_backup_seconds')).toBeGreaterThan(0);
    await storage.stop();
  });
});

describe('a full disk', () => {
  it('[ST24] a write that finds no room fails whole, says so without a path, and later ones succeed', async () => {
    using folder = temporaryFolder();
    const storage = createStorage({ dataDir: folder.path, clock: new FakeClock(), log: silentLogger });
    await storage.start(never);
    const { connection } = storage.database;
    connection.pragma(`max_page_count = ${String(connection.pragma('page_count', { simple: true }))}`);
    const grants = Array.from({ length: 60 }, (_, index) => `${'x'.repeat(60)}${String(index)}`);
    const add = (client: string): unknown => storage.registry.add({ client, mayCall: grants, mayProvide: grants });
    let refused: unknown;
    let added = 0;
    try {
      for (; added < 500; added += 1) add(`c${String(added)}`);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(RequestError);
    expect(refused).toMatchObject({
      errorName: 'INTERNAL_ERR',
      message: "Cannot write the registry: the hub's disk is full; nothing was changed",
    });
    expect(storage.registry.list()).toHaveLength(added + 1);
    expect(storage.health()).toEqual({ state: 'degraded', detail: "cannot write (the hub's disk is full)" });
    connection.pragma('max_page_count = 1000000');
    add('later');
    expect([storage.health(), storage.registry.get('later')?.mayCall.length]).toEqual([{ state: 'serving' }, 60]);
    const metrics = new Map(storage.metrics?.().map(({ name, value }) => [name, value]));
    expect(metrics.get('write_failures_total')).toBe(1);
    expect(metrics.get('database_bytes')).toBeGreaterThan(4_096);
    await storage.stop();
    expect(storage.metrics?.()).toEqual([]);
  });

  const canMount = isRoot && process.platform === 'linux' && existsSync(MOUNT) && existsSync(UMOUNT);

  it.skipIf(!canMount)(
    '[ST24] a hub whose disk is full goes on serving, and writes again when there is room',
    async () => {
      using folder = temporaryFolder();
      const dataDir = join(folder.path, 'disk');
      mkdirSync(dataDir);
      // A machine that lets nobody mount proves nothing here; the test above does.
      if (spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dataDir], { stdio: 'ignore' }).status !== 0)
        return;
      try {
        await using bench = await startTestHub({ dataDir });
        const key = readFileSync(join(dataDir, 'cli.key'), 'utf8').trim();
        const filler = join(dataDir, 'filler');
        spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1k'], { stdio: 'ignore' });
        const put = (client: string) =>
          rawHttp(bench.port, {
            method: 'PUT',
            path: `/clients/${client}`,
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ may_call: ['*'], may_provide: [] }),
          });
        let answer = await put('c0');
        for (let index = 1; index < 300 && answer.status < 500; index += 1) answer = await put(`c${String(index)}`);
        expect(answer.status).toBe(500);
        expect(answer.body.toString()).toContain("the hub's disk is full");
        expect(answer.body.toString()).not.toContain(dataDir);
        expect((await rawHttp(bench.port, { path: '/healthz' })).status).toBe(200);
        rmSync(filler);
        expect((await put('later')).status).toBe(201);
      } finally {
        execFileSync(UMOUNT, [dataDir]);
      }
    },
  );
});

describe('a folder or file that cannot be written', () => {
  /** As somebody who is not root, whom modes do not bind. */
  function open(dataDir: string): string {
    const script = join(import.meta.dirname, '..', 'support', 'open-database.ts');
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    return spawnSync(process.execPath, [script, dataDir], { ...nobody, encoding: 'utf8' }).stdout;
  }

  it.skipIf(process.platform === 'win32')('[ST25] is one clear line, and changes nothing', () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o755);
    const dataDir = join(folder.path, 'data');
    mkdirSync(dataDir, { mode: 0o555 });
    expect(open(dataDir)).toMatch(
      /^StorageError: Cannot open ".*hub\.db": it is not writable for this user; .*--data$/,
    );
    addClients(dataDir, 'a');
    chmodSync(join(dataDir, 'hub.db'), 0o444);
    const before = readFileSync(join(dataDir, 'hub.db'));
    expect(open(dataDir)).toMatch(/^StorageError: Cannot open ".*hub\.db": it is (not writable for this user|no file)/);
    expect(readFileSync(join(dataDir, 'hub.db'))).toEqual(before);
  });
});

describe('a database that is damaged or gone', () => {
  it('[ST26] a hub does not start on it, says what to do, and leaves it as it is', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    addClients(folder.path, ...Array.from({ length: 40 }, (_, index) => `c${String(index)}`));
    damage(path);
    const before = readFileSync(path);
    const storage = createStorage({ dataDir: folder.path, clock: new FakeClock(), log: silentLogger });
    await expect(storage.start(never)).rejects.toThrow(/^Cannot (use|open) ".*hub\.db": it is damaged.*"whub doctor"/);
    expect(readFileSync(path)).toEqual(before);
    acquireHubLock(folder.path)[Symbol.dispose]();
  });

  it('[ST26] damage that only shows in an index keeps a hub from starting too', () => {
    using folder = temporaryFolder();
    addClients(folder.path, 'a', 'b');
    const database = new Database(join(folder.path, 'hub.db'));
    database.unsafeMode(true);
    database.pragma('writable_schema = ON');
    database.exec(
      "UPDATE sqlite_schema SET sql = replace(sql, 'clients_by_revision ON clients (revision)', 'clients_by_revision ON clients (created_at_ms)') WHERE name = 'clients_by_revision'",
    );
    database.pragma('writable_schema = OFF');
    database.close();
    expect(refusal(() => openHubDatabase(folder.path, { holdsLock: true }))).toMatch(/it is damaged/);
  });

  it('[ST27] one that is missing is not begun anew while a backup or a log of it is there', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'hub.db');
    addClients(folder.path, 'a');
    copyFileSync(path, backupPath(path, 2, 0));
    rmSync(path);
    const text = `Cannot use "${path}": it is missing, though "hub.db.backup-2-19700101T000000000Z" is there; "whub doctor --repair" restores it, or move that file away to begin anew`;
    expect(refusal(() => openHubDatabase(folder.path))).toBe(text);
    writeFileSync(path, '');
    expect(refusal(() => openHubDatabase(folder.path, { holdsLock: true }))).toBe(text);
    rmSync(backupPath(path, 2, 0));
    writeFileSync(`${path}-wal`, 'a log');
    expect(refusal(() => openHubDatabase(folder.path))).toContain('"hub.db-wal" is there');
    rmSync(`${path}-wal`);
    expect(clientsOf(folder.path)).toEqual([]);
  });
});

describe('two processes', () => {
  it('[ST28] the refusal of a second hub names the process that has the folder', () => {
    using folder = temporaryFolder();
    const lock = acquireHubLock(folder.path);
    expect(refusal(() => acquireHubLock(folder.path))).toBe(
      `Cannot use the data folder "${folder.path}": another hub runs on it (process ${String(process.pid)}); stop it with "whub stop" or choose another with --data`,
    );
    lock[Symbol.dispose]();
    expect(existsSync(join(folder.path, 'hub.lock.pid'))).toBe(false);
  });

  it('[ST28] both write, and neither loses what the other wrote', () => {
    using folder = temporaryFolder();
    using one = openHubDatabase(folder.path, { holdsLock: true });
    using two = openHubDatabase(folder.path);
    const registries = [one, two].map((database) => new ClientRegistry(database, new FakeClock()));
    for (let index = 0; index < 20; index += 1)
      for (const [number, registry] of registries.entries())
        registry.add({ client: `c${String(number)}-${String(index)}`, mayCall: [], mayProvide: [] });
    expect(registries.map((registry) => registry.list().length)).toEqual([40, 40]);
  });
});
