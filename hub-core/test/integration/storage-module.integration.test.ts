import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { silentLogger, type Logger } from '../../common/log/logger.ts';
import { ClientRegistry } from '../../server/storage/client-registry.ts';
import { openHubDatabase } from '../../server/storage/database.ts';
import { createStorage, type Storage } from '../../server/storage/storage-module.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/traffic.ts';

const never = new AbortController().signal;

interface Stage extends AsyncDisposable {
  readonly dataDir: string;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly warnings: string[];
}

function stage(): Stage {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_, text) => void warnings.push(text) };
  const storage = createStorage({ dataDir: folder.path, clock, log });
  return {
    dataDir: folder.path,
    clock,
    storage,
    warnings,
    [Symbol.asyncDispose]: async () => {
      await storage.stop();
      folder[Symbol.dispose]();
    },
  };
}

describe('the module storage', () => {
  it('[ST14] has no registry before it runs nor after it has stopped', async () => {
    await using scene = stage();
    expect(() => scene.storage.registry).toThrow('the module "storage" does not run');
    await scene.storage.start(never);
    expect(scene.storage.registry.list().map(({ client }) => client)).toEqual(['cli']);
    await scene.storage.stop();
    expect(() => scene.storage.registry).toThrow(TypeError);
  });

  it('[ST14] a second on the same folder fails to start and leaves the first alone', async () => {
    await using scene = stage();
    await scene.storage.start(never);
    const second = createStorage({ dataDir: scene.dataDir, clock: scene.clock, log: silentLogger });
    const timers = scene.clock.pendingTimers;
    await expect(second.start(never)).rejects.toThrow('another hub runs on it');
    expect(scene.clock.pendingTimers).toBe(timers);
    expect(scene.storage.registry.list()).toHaveLength(1);
  });

  it('[ST14] a start that fails gives the folder free again', async () => {
    await using scene = stage();
    const database = new Database(join(scene.dataDir, 'hub.db'));
    database.pragma('user_version = 99');
    database.close();
    await expect(scene.storage.start(never)).rejects.toThrow('Cannot use');
    const again = createStorage({ dataDir: scene.dataDir, clock: scene.clock, log: silentLogger });
    await expect(again.start(never)).rejects.not.toThrow('another hub runs on it');
    expect(existsSync(join(scene.dataDir, 'cli.key'))).toBe(false);
  });

  it('[ST15] other processes’ changes hold within half a second', async () => {
    await using scene = stage();
    await scene.storage.start(never);
    const changed: string[] = [];
    scene.storage.registry.onDidChange.subscribe((client) => changed.push(client));
    using database = openHubDatabase(scene.dataDir);
    new ClientRegistry(database, scene.clock).add({ client: 'a', mayCall: [], mayProvide: [] });
    expect(changed).toEqual([]);
    scene.clock.advance(500);
    expect(changed).toEqual(['a']);
  });

  it('[ST15] uses of credentials are written now and then, and at the stop', async () => {
    await using scene = stage();
    await scene.storage.start(never);
    using database = openHubDatabase(scene.dataDir);
    const elsewhere = new ClientRegistry(database, scene.clock);
    const { credential } = scene.storage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    scene.storage.registry.touch(credential);
    const first = scene.clock.wallMs();
    scene.clock.advance(5_000);
    expect(elsewhere.get('a')?.lastUsedAtMs).toBe(first);
    scene.storage.registry.touch(credential);
    await scene.storage.stop();
    expect(elsewhere.get('a')?.lastUsedAtMs).toBe(scene.clock.wallMs());
  });

  it('[ST15] work in the background that fails is a warning, degrades its health, and is tried again', async () => {
    await using scene = stage();
    await scene.storage.start(never);
    const { credential } = scene.storage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    scene.storage.registry.touch(credential);
    const writer = new Database(join(scene.dataDir, 'hub.db'));
    writer.exec('BEGIN IMMEDIATE');
    scene.clock.advance(5_000);
    scene.clock.advance(1_000);
    expect(scene.storage.health()).toEqual({ state: 'degraded', detail: 'cannot note when credentials were used' });
    expect(scene.warnings).toEqual(['storage cannot note when credentials were used']);
    writer.close();
    scene.clock.advance(5_000);
    expect(scene.storage.health()).toEqual({ state: 'serving' });
    expect(scene.storage.registry.get('a')?.lastUsedAtMs).not.toBeNull();
  });

  it('[ST13] the key of the command line is there when it serves', async () => {
    await using scene = stage();
    await scene.storage.start(never);
    const key = readFileSync(join(scene.dataDir, 'cli.key'), 'utf8').trim();
    expect(scene.storage.registry.findCredential(key)?.clientId).toBe('cli');
  });
});
