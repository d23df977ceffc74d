import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { SEGMENT_VERSION } from '../../capture/schema.ts';
import { HubClient } from '../../client/node/index.ts';
import type { CaptureContract } from '../../console/contract/capture-contract.ts';
import { createHubHost } from '../../host/create-hub-host.ts';
import { examine } from '../../host/doctor/examine.ts';
import { carryOutRepairs } from '../../host/doctor/repair.ts';
import type { HubHost } from '../../host/hub-host.ts';
import { addClient, listClients } from '../../host/registry-admin.ts';
import { listBackups } from '../../server/storage/backups.ts';
import { MIGRATIONS } from '../../server/storage/migrations.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const FOLDERS = fileURLToPath(new URL('../fixtures/data-folders', import.meta.url));
const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

const earlier = readdirSync(FOLDERS)
  .filter((name) => name.startsWith('schema-'))
  .map((name) => {
    const [registry = 0, store = 0] = name.replace('schema-', '').split('-').map(Number);
    return { name, registry, store };
  });

/** A copy to work on, as private as a hub makes its own. */
function copyOf(name: string, folder: string): string {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  cpSync(join(FOLDERS, name), dataDir, { recursive: true });
  return dataDir;
}

const hostOf = (dataDir: string): HubHost =>
  createHubHost({ config: { dataDir, port: 0 }, consoleAssetsDir: undefined, carrier: 'place', logLevel: 'silent' });

function versionOf(path: string): unknown {
  using stack = new DisposableStack();
  const database = stack.adopt(new Database(path, { readonly: true }), (open) => open.close());
  return database.pragma('user_version', { simple: true });
}

/** Comes in with the key of that time, offers what it offered, and calls it. @returns the answer */
async function callAsBefore(dataDir: string, url: string): Promise<unknown> {
  const key = readFileSync(join(dataDir, 'calc.key'), 'utf8').trim();
  await using calc = await HubClient.connect({ url, client: 'calc', key });
  await calc.provide({
    id: 'math',
    routes: [
      { pattern: '/square/:n', methods: ['GET'], handler: ({ params }) => ({ json: Number(params['n']) ** 2 }) },
    ],
  });
  const reply = await calc.request({ method: 'GET', uri: '/math/square/9' });
  return reply.json();
}

async function recordedUris(host: HubHost): Promise<readonly string[]> {
  const port = host.connectConsole('capture');
  port.start();
  try {
    const { capture } = createORPCClient<ContractRouterClient<CaptureContract>>(new RPCLink({ port }));
    const { queryId } = await capture.open({ query: 'service:math status:200' });
    const { rows } = await capture.window({ queryId, from: 0, count: 256 });
    return rows.map(({ uri }) => uri);
  } finally {
    port.close();
  }
}

const BEFORE = ['/math/square/3', '/math/square/5', '/math/square/12'];

describe('a data folder of an earlier schema', () => {
  it('[ST29] there is one of every step of both schemas', () => {
    const below = (version: number) => Array.from({ length: version - 1 }, (_, index) => index + 1);
    expect(earlier.map(({ registry }) => registry)).toEqual(expect.arrayContaining(below(NEWEST)));
    expect(earlier.map(({ store }) => store)).toEqual(expect.arrayContaining(below(SEGMENT_VERSION)));
  });

  it.each(earlier)(
    '[ST29] $name opens with everything in it, and goes on',
    { timeout: 60_000 },
    async ({ name, registry, store }) => {
      await using folder = await createTempFolder();
      const dataDir = copyOf(name, folder.path);
      const [segment = ''] = readdirSync(join(dataDir, 'capture'));
      const versions = () => [versionOf(join(dataDir, 'hub.db')), versionOf(join(dataDir, 'capture', segment))];
      expect(versions()).toEqual([registry, store]);

      await using host = hostOf(dataDir);
      const { url } = await host.start();
      expect(await callAsBefore(dataDir, url)).toBe(81);
      await expect.poll(() => recordedUris(host)).toEqual([...BEFORE, '/math/square/9']);
      await host.stop();
      expect(versions()).toEqual([NEWEST, SEGMENT_VERSION]);
    },
  );

  it.each(earlier.filter(({ registry }) => registry < NEWEST))(
    '[ST29] $name is backed up before it is changed, and the doctor brings the back-up back',
    { timeout: 60_000 },
    async ({ name, registry }) => {
      await using folder = await createTempFolder();
      const dataDir = copyOf(name, folder.path);
      const database = join(dataDir, 'hub.db');
      addClient(dataDir, { client: 'later', mayCall: ['math'], mayProvide: [] });
      expect(versionOf(database)).toBe(NEWEST);
      expect(listBackups(database).map(({ version }) => version)).toEqual([registry]);

      writeFileSync(database, 'no database any more');
      const { findings } = await examine(dataDir, 1);
      carryOutRepairs(
        dataDir,
        findings.flatMap(({ repairs = [] }) => repairs),
      );
      expect(versionOf(database)).toBe(registry);

      await using host = hostOf(dataDir);
      const { url } = await host.start();
      expect(await callAsBefore(dataDir, url)).toBe(81);
      expect(await recordedUris(host)).toEqual(expect.arrayContaining(BEFORE));
      await host.stop();
      const clients = listClients(dataDir).map(({ client }) => client);
      expect(clients).toContain('calc');
      expect(clients).not.toContain('later');
    },
  );
});
