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
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { checkNode } from '../../host/doctor/check-machine.ts';
import { addClient, listClients } from '../../host/registry-admin.ts';
import { backupPath } from '../../server/storage/backups.ts';
import { acquireHubLock } from '../../server/storage/hub-lock.ts';
import { MIGRATIONS } from '../../server/storage/migrations.ts';
import { CliProcess } from '../support/cli-process.ts';
import { startTestHub, temporaryDataDir } from '../support/test-hub.ts';
import { createTestTerminal } from '../support/test-terminal.ts';

const CURRENT = MIGRATIONS.at(-1)?.version ?? 0;
/** 2026-11-24 03:00 UTC */
const BACKUP_MS = Date.UTC(2026, 10, 24, 3);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: ReturnType<typeof temporaryDataDir>;
let freePort: string;

beforeEach(async () => {
  folder = temporaryDataDir();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  freePort = String((server.address() as { port: number }).port);
  server.close();
});

afterEach(() => folder[Symbol.dispose]());

async function doctor(...args: readonly string[]): Promise<Result> {
  return doctorWith('', ...args);
}

async function doctorWith(stdin: string, ...args: readonly string[]): Promise<Result> {
  const terminal = createTestTerminal({ stdin });
  const code = await run(['doctor', '--data', folder.path, '--port', freePort, ...args], terminal);
  return { code, ...terminal.written };
}

/** `check: level` of each finding. */
async function levels(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await doctor('--json');
  const { findings } = JSON.parse(stdout) as { findings: readonly { check: string; level: string }[] };
  return Object.fromEntries(findings.map(({ check, level }) => [check, level]));
}

const database = (): string => join(folder.path, 'hub.db');

/** A folder with the client `kept`, a backup of that, and the client `later`, which is not in it. */
function fill(): void {
  addClient(folder.path, { client: 'kept', mayCall: [], mayProvide: [] });
  copyFileSync(database(), backupPath(database(), CURRENT, BACKUP_MS));
  chmodSync(backupPath(database(), CURRENT, BACKUP_MS), 0o600);
  addClient(folder.path, { client: 'later', mayCall: [], mayProvide: [] });
}

function damage(path = database()): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4_200, bytes.length - 100);
  writeFileSync(path, bytes);
}

const clients = (): readonly string[] => listClients(folder.path).map(({ client }) => client);

describe('whub doctor', () => {
  it('[DR1] finds nothing wrong with what a hub left behind', async () => {
    await using running = await startTestHub({ dataDir: folder.path });
    await running.hub.stop();
    const result = await doctor();
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(await levels()).toEqual({
      node: 'ok',
      folder: 'ok',
      'file modes': 'ok',
      hub: 'ok',
      database: 'ok',
      backups: 'warn',
      'cli.key': 'ok',
      capture: 'ok',
      port: 'ok',
    });
    expect(result.stdout).toMatch(/^ok {4}database {4}whole, schema \d+$/m);
  });

  it('[DR1] a folder that is not there is no failure, a file in its place is one', async () => {
    rmSync(folder.path, { recursive: true });
    const missing = await doctor();
    writeFileSync(folder.path, '');
    const file = await doctor();
    expect([missing.code, file.code]).toEqual([0, 1]);
    expect([missing.stdout, file.stdout]).toEqual([
      expect.stringMatching(/^warn {2}folder {2}.* is not there\n +"whub serve" makes it$/m),
      expect.stringMatching(/^fail {2}folder {2}.* is no folder\n +move it away/m),
    ]);
  });

  it('[DR2] says of a running hub that it runs, by its process, and looks all the same', async () => {
    await using _running = await startTestHub({ dataDir: folder.path });
    const { code, stdout } = await doctor();
    expect(code).toBe(0);
    expect(stdout).toContain(`runs on it (process ${String(process.pid)})`);
    expect(stdout).toMatch(/^ok {4}database/m);
  });

  it('[DR2] a port that another program has is a warning', async () => {
    const server = createServer().listen(Number(freePort), '127.0.0.1');
    await once(server, 'listening');
    const found = await levels();
    server.close();
    expect(found['port']).toBe('warn');
  });

  it('[DR2] a Node that is too old is a failure', () => {
    expect([checkNode('20.11.1'), checkNode('24.21.0')]).toEqual([
      { check: 'node', level: 'fail', text: '20.11.1 is too old', advice: 'install Node 22 or newer' },
      { check: 'node', level: 'ok', text: '24.21.0' },
    ]);
  });

  it('[DR3] tells a database that is damaged, none, newer, older, missing or another program’s', async () => {
    fill();
    const whole = readFileSync(database());
    const found: unknown[] = [];
    const note = async (change: () => void): Promise<void> => {
      rmSync(`${database()}-wal`, { force: true });
      rmSync(`${database()}-shm`, { force: true });
      writeFileSync(database(), whole);
      change();
      const { stdout } = await doctor('--json');
      const { findings } = JSON.parse(stdout) as { findings: { check: string; level: string; text: string }[] };
      const { level, text } = findings.find(({ check }) => check === 'database') ?? {};
      found.push([level, text]);
    };
    const pragma = (text: string) => (): void => {
      const connection = new Database(database());
      connection.pragma(text);
      connection.close();
    };
    await note(() => damage());
    await note(() => writeFileSync(database(), 'no database, '.repeat(1_000)));
    await note(pragma('user_version = 99'));
    await note(pragma('user_version = 1'));
    await note(() => rmSync(database()));
    await note(pragma('application_id = 7'));
    expect(found).toEqual([
      ['fail', expect.stringMatching(/^hub\.db( is damaged: |: it is damaged)/)],
      ['fail', 'hub.db: it is no database'],
      ['fail', 'of a newer whub (schema 99)'],
      ['ok', `whole, schema 1; the next start brings it to ${String(CURRENT)}`],
      ['fail', 'hub.db is missing, and there are backups of it'],
      ['fail', "hub.db is another program's"],
    ]);
  });

  it('[DR3] changes nothing', async () => {
    fill();
    damage();
    acquireHubLock(folder.path)[Symbol.dispose]();
    const state = (): unknown =>
      readdirSync(folder.path)
        .toSorted()
        .map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(join(folder.path, name)))
            .digest('hex'),
        ]);
    const before = state();
    await doctor();
    expect(state()).toEqual(before);
  });

  it('[DR4] warns of backups that are not whole', async () => {
    fill();
    damage(backupPath(database(), CURRENT, BACKUP_MS));
    const { stdout, code } = await doctor();
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^warn {2}backups {5}not whole: hub\.db\.backup-/m)]);
  });

  it('[DR9] is one JSON document with --json', async () => {
    fill();
    damage();
    const { stdout, code } = await doctor('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ data: folder.path, repaired: [] });
  });
});

describe('whub doctor --repair', () => {
  it('[DR5] puts the last whole backup in the place of a damaged database and keeps that', async () => {
    fill();
    const older = backupPath(database(), CURRENT, BACKUP_MS);
    const newer = backupPath(database(), CURRENT, BACKUP_MS + 1_000);
    copyFileSync(older, newer);
    damage(newer);
    damage();
    const bad = readFileSync(database());
    const { code, stdout, stderr } = await doctor('--repair', '--yes');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        `- put hub.db.backup-${String(CURRENT)}-20261124T030000000Z in the place of hub.db: what was changed after 2026-11-24 03:00 UTC is lost, revocations too`,
      ),
    ]);
    expect(stdout).toMatch(/^ok {4}database {4}whole/m);
    expect(clients()).toEqual(['kept']);
    const kept = readdirSync(folder.path).find((name) => /^hub\.db\.corrupt-\d{8}T\d{9}Z$/.test(name)) ?? '';
    expect(readFileSync(join(folder.path, kept))).toEqual(bad);
    expect(existsSync(older)).toBe(true);
  });

  it('[DR5] a hub starts on what was restored, and on a missing database that was', async () => {
    fill();
    rmSync(database());
    expect((await doctor('--repair', '--yes')).code).toBe(0);
    await using running = await startTestHub({ dataDir: folder.path });
    expect(running.hub.clients.list().map(({ client }) => client)).toContain('kept');
  });

  it('[DR5] without a whole backup nothing is repaired', async () => {
    addClient(folder.path, { client: 'kept', mayCall: [], mayProvide: [] });
    damage();
    const before = readFileSync(database());
    const { code, stdout } = await doctor('--repair', '--yes');
    expect([code, stdout]).toEqual([1, expect.stringContaining('there is no backup that is whole')]);
    expect(readFileSync(database())).toEqual(before);
  });

  it('[DR6] makes files and folder readable for this user alone', async () => {
    fill();
    mkdirSync(join(folder.path, 'capture'));
    chmodSync(folder.path, 0o755);
    chmodSync(database(), 0o644);
    writeFileSync(join(folder.path, 'cli.key'), 'key', { mode: 0o604 });
    const { code, stdout } = await doctor('--repair', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('other users may read cli.key, hub.db');
    const modes = [folder.path, database(), join(folder.path, 'cli.key')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it.each([
    ['no', 'n\n', 1, ['damaged']],
    ['nothing at all', '', 1, ['damaged']],
    ['yes', 'y\n', 0, ['kept']],
  ])('[DR7] asks first, and does what the answer says: %s', async (_what, stdin, code, expected) => {
    fill();
    damage();
    const result = await doctorWith(stdin, '--repair');
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining('Do that? [y/N]')]);
    const { code: now } = await doctor();
    expect(now === 0 ? clients() : ['damaged']).toEqual(expected);
  });

  it('[DR7] --json cannot ask, so it takes --yes', async () => {
    const { code, stderr } = await doctor('--repair', '--json');
    expect([code, stderr]).toEqual([2, expect.stringContaining('add --yes')]);
  });

  it('[DR8] refuses while a hub runs on the folder', async () => {
    fill();
    using _lock = acquireHubLock(folder.path);
    damage();
    const before = readFileSync(database());
    const { code, stderr } = await doctor('--repair', '--yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('a hub runs on it; stop it with "whub stop" first')]);
    expect(readFileSync(database())).toEqual(before);
  });

  it('[DR9] works as a program of its own', async () => {
    fill();
    damage();
    const args = ['doctor', '--data', folder.path, '--port', freePort, '--repair', '--yes', '--json'];
    const { code, stdout } = await CliProcess.run(args, {});
    expect([code, JSON.parse(stdout.toString('utf8'))]).toMatchObject([0, { repaired: [expect.any(String)] }]);
  });
});
