import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { createTestTerminal } from '../test/support/test-terminal.ts';
import { contextFile, ContextStore } from './contexts.ts';
import { isLoopbackUrl, resolveTarget } from './credentials.ts';

let folder: Awaited<ReturnType<typeof createTempFolder>>;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await createTempFolder();
  env = { WHUB_CONFIG: join(folder.path, 'config'), WHUB_DATA: join(folder.path, 'data') };
  await mkdir(join(folder.path, 'data'));
});

afterEach(() => folder[Symbol.asyncDispose]());

const resolve = (flags: Parameters<typeof resolveTarget>[0] = {}): ReturnType<typeof resolveTarget> =>
  resolveTarget(flags, createTestTerminal({ env }));

async function writeLocalHub(pid: number): Promise<void> {
  const file = {
    pid,
    host: '127.0.0.1',
    port: 7_777,
    url: 'ws://127.0.0.1:7777/',
    control: { path: 'x', secret: 'y' },
  };
  await writeFile(join(folder.path, 'data', 'hub.json'), JSON.stringify(file));
  await writeFile(join(folder.path, 'data', 'cli.key'), 'whub_local\n');
}

const store = (): ContextStore => new ContextStore(contextFile(env));

describe('resolveTarget', () => {
  it('[CM3] falls back to the usual address, anonymously', async () => {
    expect(await resolve()).toEqual({ url: 'ws://127.0.0.1:7410/', client: undefined, key: undefined });
  });

  it('[CM3] finds the hub that runs on the data folder, and its local credential', async () => {
    await writeLocalHub(process.pid);
    expect(await resolve()).toEqual({ url: 'ws://127.0.0.1:7777/', client: 'cli', key: 'whub_local' });
  });

  it('[CM3] does not take the address of a hub that is gone', async () => {
    await writeLocalHub(0x3fff_fffe);
    expect((await resolve()).url).toBe('ws://127.0.0.1:7410/');
  });

  it('[CM3] takes the context in use as a whole', async () => {
    await writeLocalHub(process.pid);
    await store().add('office', { url: 'wss://hub.example.org', client: 'anna', key: 'whub_anna' });
    expect(await resolve()).toEqual({ url: 'wss://hub.example.org', client: 'anna', key: 'whub_anna' });
  });

  it('[CM3] lets the environment win over the context, and flags over both', async () => {
    await store().add('office', { url: 'wss://hub.example.org', client: 'anna', key: 'whub_anna' });
    env = { ...env, WHUB_URL: 'ws://env:1', WHUB_CLIENT: 'env', WHUB_KEY: 'whub_env' };
    expect([
      await resolve(),
      await resolve({ url: 'ws://flag:1' }),
      await resolve({ client: 'f', key: 'whub_f' }),
    ]).toEqual([
      { url: 'ws://env:1', client: 'env', key: 'whub_env' },
      { url: 'ws://flag:1', client: 'env', key: 'whub_env' },
      { url: 'ws://env:1', client: 'f', key: 'whub_f' },
    ]);
  });

  it("[CM3] never sends a context's key to another address", async () => {
    await store().add('office', { url: 'wss://hub.example.org', client: 'anna', key: 'whub_anna' });
    expect(await resolve({ url: 'ws://elsewhere:1' })).toEqual({
      url: 'ws://elsewhere:1',
      client: undefined,
      key: undefined,
    });
  });

  it('[CM3] prefers the hub of a data folder that is named to the context', async () => {
    await writeLocalHub(process.pid);
    await store().add('office', { url: 'wss://hub.example.org' });
    expect((await resolve({ data: join(folder.path, 'data') })).url).toBe('ws://127.0.0.1:7777/');
  });

  it('[CM3] sends the local credential to no other machine', async () => {
    await writeLocalHub(process.pid);
    expect(await resolve({ url: 'ws://192.0.2.1:7410' })).toEqual({
      url: 'ws://192.0.2.1:7410',
      client: undefined,
      key: undefined,
    });
  });

  it('[CM3] refuses a client without its key', async () => {
    await expect(resolve({ client: 'anna' })).rejects.toThrow('its key is missing');
  });
});

describe('whom a command trusts', () => {
  const write = async (name: string): Promise<string> => {
    const path = join(folder.path, name);
    await writeFile(path, name);
    return path;
  };

  it('[CM3] is the authority of a flag, the environment or the context, in this order', async () => {
    const [flag, variable, saved] = [await write('flag'), await write('variable'), await write('saved')];
    await store().add('office', { url: 'wss://hub.example.org', key: 'whub_x', ca: saved });
    const context = await resolve();
    env = { ...env, WHUB_CA: variable };
    const found = [context, await resolve(), await resolve({ ca: flag })].map(({ tls }) => tls?.ca);
    expect(found).toEqual(['saved', 'variable', 'flag']);
    expect((await resolve({ url: 'wss://elsewhere:1' })).tls?.ca).toBe('variable');
  });

  it('[CM3] is the authority of the data folder for the hub of this machine alone', async () => {
    await writeLocalHub(process.pid);
    await mkdir(join(folder.path, 'data', 'tls'));
    await writeFile(join(folder.path, 'data', 'tls', 'ca.crt'), 'own');
    expect([(await resolve()).tls?.ca, (await resolve({ url: 'wss://192.0.2.1:1' })).tls]).toEqual(['own', undefined]);
  });

  it('[CM3] and who it is may be a certificate, which needs its key', async () => {
    await writeLocalHub(process.pid);
    const [clientCert, clientCertKey] = [await write('cert'), await write('key')];
    expect(await resolve({ clientCert, clientCertKey, client: 'anna' })).toEqual({
      url: 'ws://127.0.0.1:7777/',
      client: 'anna',
      key: undefined,
      tls: { ca: undefined, cert: 'cert', key: 'key' },
    });
    await expect(resolve({ clientCert })).rejects.toThrow('give both --client-cert and --client-cert-key');
    await expect(resolve({ ca: join(folder.path, 'none') })).rejects.toThrow(/^Cannot read ".*none": ENOENT$/);
  });
});

describe('isLoopbackUrl', () => {
  it.each([
    ['ws://127.0.0.1:1', true],
    ['ws://127.9.9.9:1', true],
    ['ws://localhost', true],
    ['ws://[::1]:1', true],
    ['ws://127.0.0.1.example.org', false],
    ['ws://localhost.example.org', false],
    ['ws://10.0.0.1', false],
    ['nonsense', false],
  ])('[CM3] of "%s" is %s', (url, expected) => {
    expect(isLoopbackUrl(url)).toBe(expected);
  });
});

describe('ContextStore', () => {
  it('[CM4] lists without keys, and marks the one in use', async () => {
    await store().add('a', { url: 'ws://a' });
    await store().add('b', { url: 'ws://b', client: 'x', key: 'whub_x' });
    await store().use('b');
    expect(await store().list()).toEqual([
      { name: 'a', url: 'ws://a', client: null, has_key: false, current: false },
      { name: 'b', url: 'ws://b', client: 'x', has_key: true, current: true },
    ]);
  });

  it.skipIf(process.platform === 'win32')('[CM4] keeps the file to its owner', async () => {
    await store().add('a', { url: 'ws://a', key: 'whub_x' });
    expect(((await stat(contextFile(env))).mode & 0o777).toString(8)).toBe('600');
  });

  it('[CM4] refuses a context that is not there, also one named like a member of every object', async () => {
    await expect(store().use('x')).rejects.toThrow('there is none of that name');
    await expect(store().use('constructor')).rejects.toThrow('there is none of that name');
  });

  it('[CM4] says which file is damaged', async () => {
    await mkdir(join(folder.path, 'config'));
    await writeFile(contextFile(env), '{');
    await expect(store().list()).rejects.toThrow(contextFile(env));
  });
});
