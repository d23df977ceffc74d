import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/traffic.ts';
import { newConsoleLink, requestRefresh, requestStop, startControlServer, type ControlServer } from './control.ts';
import { readHubFile, removeHubFile, writeHubFile } from './hub-file.ts';

let folder: ReturnType<typeof temporaryFolder>;
let server: ControlServer | undefined;
let stops: number;
let refreshes: number;

beforeEach(() => {
  folder = temporaryFolder();
  stops = 0;
  refreshes = 0;
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  folder[Symbol.dispose]();
});

async function run(dataDir: string): Promise<ControlServer> {
  server = await startControlServer(dataDir, {
    stop: () => void (stops += 1),
    refresh: () => Promise.resolve(void (refreshes += 1)),
    consoleUrl: () => 'http://127.0.0.1:1/console/?token=t',
  });
  const { path, secret } = server;
  await writeHubFile(dataDir, {
    pid: process.pid,
    host: '127.0.0.1',
    port: 1,
    url: 'ws://127.0.0.1:1/',
    control: { path, secret },
  });
  return server;
}

describe('hub.json', () => {
  it('[HO3] is readable by its owner only, and gone after removal', async () => {
    await run(folder.path);
    expect(statSync(join(folder.path, 'hub.json')).mode & 0o777).toBe(0o600);
    expect(await readHubFile(folder.path)).toMatchObject({ pid: process.pid, port: 1, url: 'ws://127.0.0.1:1/' });
    await removeHubFile(folder.path);
    expect(await readHubFile(folder.path)).toBeUndefined();
  });

  it.each([
    '',
    '{',
    '{}',
    JSON.stringify({ pid: 2 ** 22 + 1, host: '', port: 1, url: '', control: { path: '', secret: '' } }),
  ])('[HO3] says that no hub runs when it holds %j', async (content) => {
    writeFileSync(join(folder.path, 'hub.json'), content);
    expect(await readHubFile(folder.path)).toBeUndefined();
    expect(await requestStop(folder.path)).toBe(false);
  });
});

describe('control', () => {
  it('[HO4] stops the hub and gives a console link', async () => {
    await run(folder.path);
    expect(await newConsoleLink(folder.path)).toBe('http://127.0.0.1:1/console/?token=t');
    expect(await requestStop(folder.path)).toBe(true);
    expect(stops).toBe(1);
  });

  it('[AU32] has the hub read what was changed, and waits until it has', async () => {
    await run(folder.path);
    await requestRefresh(folder.path);
    expect(refreshes).toBe(1);
    await requestRefresh(join(folder.path, 'none'));
  });

  it('[HO4] works in a folder whose path is too long for a socket', async () => {
    const deep = join(folder.path, 'd'.repeat(120));
    mkdirSync(deep);
    await run(deep);
    expect(await requestStop(deep)).toBe(true);
  });

  it('[HO4] says that no hub runs when nobody listens any more', async () => {
    const { path } = await run(folder.path);
    await server?.[Symbol.asyncDispose]();
    server = undefined;
    expect(path).not.toBe('');
    expect(await requestStop(folder.path)).toBe(false);
    expect(await newConsoleLink(folder.path)).toBeUndefined();
  });

  it.each(['', 'nonsense', '{"secret":"wrong","command":"stop"}', `{"secret":"${'x'.repeat(2000)}`])(
    '[HO5] does nothing for a program that says %j',
    async (request) => {
      const { path } = await run(folder.path);
      const socket = connect(path);
      socket.end(`${request}\n`);
      await expect(text(socket).catch(() => '')).resolves.toBe('');
      expect(stops).toBe(0);
    },
  );

  it('[HO5] replaces a socket that a dead process left', async () => {
    writeFileSync(join(folder.path, 'control.sock'), '');
    await run(folder.path);
    expect(await requestStop(folder.path)).toBe(true);
  });
});
