import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, type CliResult } from '../support/cli-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';

/** Each command is a Node process of its own, which takes a second or more on a busy machine. */
const SLOW_MS = 60_000;

interface Ready {
  readonly event: string;
  readonly port: number;
  readonly url: string;
  readonly console: string;
  readonly pid: number;
}

const owned = new AsyncDisposableStack();
let folder: string;
let env: Record<string, string>;
let hub: CliProcess;
let ready: Ready;

const whub = (...args: readonly string[]): Promise<CliResult> => CliProcess.run(args, env);
const start = (...args: readonly string[]): CliProcess => owned.use(new CliProcess(args, env));
const textOf = ({ stdout }: CliResult): string => stdout.toString('utf8');
const jsonOf = (result: CliResult): unknown => JSON.parse(textOf(result));

async function serve(...args: readonly string[]): Promise<readonly [CliProcess, Ready]> {
  const hubProcess = start('serve', '--json', ...args);
  return [hubProcess, JSON.parse(await hubProcess.line(/^/)) as Ready];
}

async function gateway(path: string, init?: RequestInit): Promise<Response> {
  const key = (await readFile(join(folder, 'data', 'cli.key'), 'utf8')).trim();
  return await fetch(`http://127.0.0.1:${String(ready.port)}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}` },
  });
}

/** An HTTP server that says who it is, and counts. */
async function namedServer(name: string): Promise<{ readonly url: string; readonly count: () => number }> {
  let count = 0;
  const server: Server = createServer((_request, response) => {
    count += 1;
    response.end(name);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  owned.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, count: () => count };
}

beforeAll(async () => {
  folder = owned.use(await createTempFolder()).path;
  env = { WHUB_DATA: join(folder, 'data'), WHUB_CONFIG: join(folder, 'config') };
  [hub, ready] = await serve('--port', '0', '--headless');
}, SLOW_MS);

afterAll(() => owned.disposeAsync(), SLOW_MS);

describe('whub config', { timeout: SLOW_MS }, () => {
  it('[CF6] shows what a hub would be configured with, and serve is', async () => {
    const data = join(folder, 'configured');
    await mkdir(data);
    const file = join(data, 'whub.config.json');
    await writeFile(file, '{"name":"filed","port":0,"limits":{"maxHeaders":30}}');
    const shown = await whub('config', '--data', data, '--changed', '--json', '--set', 'limits.retries=0');
    expect(JSON.parse(shown.stdout.toString())).toMatchObject({
      file,
      settings: [
        { name: 'port', value: 0, source: 'file' },
        { name: 'name', value: 'filed', source: 'file', origin: file, default: 'whub', variable: 'WHUB_NAME' },
        { name: 'limits.maxHeaders', value: 30 },
        { name: 'limits.retries', value: 0, source: 'flag', origin: '--set' },
      ],
    });
    const one = await whub('config', 'limits.maxHeaders', '--data', data);
    expect(one.stdout.toString()).toContain('  variable  WHUB_LIMITS_MAX_HEADERS');
    const none = await whub('config', 'limits.maxHeader', '--data', data);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no such setting')]);

    const [, { port }] = await serve('--data', data, '--set', 'name=set');
    const info = await fetch(`http://127.0.0.1:${String(port)}/status/info`);
    expect(await info.json()).toMatchObject({ name: 'set' });
    const wrong = await whub('serve', '--data', join(folder, 'wrong'), '--set', 'limits.retries=-1');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('limits.retries (--set)')]);
  });
});

describe('whub serve', { timeout: SLOW_MS }, () => {
  it('[CM12] says in its first line that it is ready, and where', () => {
    expect(ready).toEqual({
      event: 'ready',
      port: expect.any(Number) as number,
      url: `ws://127.0.0.1:${String(ready.port)}/`,
      console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/console\/\?token=\S+$/) as string,
      pid: expect.any(Number) as number,
    });
  });

  it('[CM12] drains and exits 0 on SIGTERM and for `whub stop`', async () => {
    const data = join(folder, 'other');
    const [first] = await serve('--port', '0', '--data', data);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const [second] = await serve('--port', '0', '--data', data);
    const stopped = await whub('stop', '--data', data);
    expect([stopped.code, (await second.ended).code, (await whub('stop', '--data', data)).code]).toEqual([0, 0, 3]);
  });

  it('[CM13] says in one line what keeps it from starting, and exits 1', async () => {
    await writeFile(join(folder, 'file'), '');
    const results = [
      await whub('serve', '--port', '0'),
      await whub('serve', '--port', String(ready.port), '--data', join(folder, 'third')),
      await whub('serve', '--port', '0', '--data', join(folder, 'file')),
    ];
    expect(results.map(({ code, stdout, stderr }) => [code, stdout.length, stderr.trim().split('\n').length])).toEqual([
      [1, 0, 1],
      [1, 0, 1],
      [1, 0, 1],
    ]);
    expect(results.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('another hub'),
      expect.stringContaining(String(ready.port)),
      expect.stringContaining(join(folder, 'file')),
    ]);
  });
});

describe('whub client', { timeout: SLOW_MS }, () => {
  it('[CM14] adds, lists and revokes beside a running hub', async () => {
    const added = await whub(
      'client',
      'add',
      'web',
      '--may-call',
      'do*',
      '--may-call',
      'x',
      '--may-provide',
      'web',
      '--json',
    );
    const { client, key } = jsonOf(added) as { client: string; key: string };
    const again = await whub('client', 'add', 'web');
    const asWeb = ['call', 'GET', '/services/', '--url', ready.url, '--client', 'web', '--key', key];
    const before = await whub(...asWeb);
    const rows = jsonOf(await whub('client', 'list', '--json')) as { client: string }[];
    const revoked = await whub('client', 'revoke', 'web');
    const after = await whub(...asWeb);
    expect([client, again.code, again.stderr, before.code, revoked.code, after.code]).toEqual([
      'web',
      1,
      expect.stringContaining('whub client add-key web'),
      0,
      0,
      4,
    ]);
    expect(rows.find((row) => row.client === 'web')).toEqual({
      client: 'web',
      may_call: ['do*', 'x'],
      may_provide: ['web'],
      created: expect.any(String) as string,
      last_used: expect.toSatisfy((value) => value === null || typeof value === 'string') as string,
    });
  });

  it('[AU32] what it changes holds in the running hub when it ends', async () => {
    const { key } = jsonOf(await whub('client', 'add', 'late', '--json')) as { key: string };
    const send = ['call', 'POST', '/message/send', '--body', '{"to":"late","topic":"t"}', '--url', ready.url];
    const before = await whub(...send, '--key', key);
    await whub('client', 'grant', 'late', '--call', 'message');
    const granted = await whub(...send, '--key', key);
    await whub('client', 'ungrant', 'late', '--call', 'message');
    const after = await whub(...send, '--key', key);
    expect([before.code, granted.code, granted.stderr, after.code]).toEqual([4, 0, '', 4]);
  });

  it('[CM14] works on a folder without a running hub', async () => {
    const data = ['--data', join(folder, 'cold')];
    const { code } = await whub('client', 'add', 'web', ...data);
    const rows = jsonOf(await whub('client', 'list', '--json', ...data)) as { client: string }[];
    expect([code, rows.map(({ client }) => client)]).toEqual([0, ['web']]);
  });
});

describe('whub call', { timeout: SLOW_MS }, () => {
  it('[CM15] prints the body to stdout, status and headers to stderr with -i', async () => {
    const { code, stdout, stderr } = await whub('call', 'get', '/status/info', '-i');
    expect([code, (JSON.parse(stdout.toString()) as { name: string }).name, stderr.split('\n')[0]]).toEqual([
      0,
      'whub',
      '200',
    ]);
  });

  it('[UD25] calls over udp, with the key that lies in the data folder', async () => {
    const url = `udp://127.0.0.1:${String(ready.port)}`;
    const { code, stdout, stderr } = await whub('call', 'GET', '/services/', '-i', '--url', url);
    expect([code, Array.isArray(JSON.parse(stdout.toString())), stderr.split('\n')[0]]).toEqual([0, true, '200']);
  });

  it('[CM15] exits 4 for 4xx, 2 for wrong usage, 3 without a connection', async () => {
    const results = await Promise.all([
      whub('call', 'GET', '/nobody/home'),
      whub('call', 'GET', 'nonsense'),
      whub('call', 'GET', '/a', '--url', 'ws://127.0.0.1:1'),
    ]);
    expect(results.map(({ code }) => code)).toEqual([4, 2, 3]);
    const problem = JSON.parse(textOf(results[0])) as { type: string };
    expect(problem.type).toBe('urn:whub:error:NOT_FOUND_ERR');
  });
});

describe('whub provide', { timeout: SLOW_MS }, () => {
  it('[CM16] offers a folder, through the gateway and to `whub call`', async () => {
    const root = join(folder, 'root');
    await mkdir(root);
    const bytes = randomBytes(5_500_000);
    await writeFile(join(root, 'big.bin'), bytes);
    const provider = start('provide', 'files', '--service', 'docs', '--root', root, '--connections', '2');
    expect(await provider.line(/providing/)).toBe('providing /docs on 2 connections');
    const fetched = Buffer.from(await (await gateway('/docs/get/big.bin')).arrayBuffer());
    const listed = jsonOf(await whub('call', 'GET', '/docs/list/')) as { name: string; size: number }[];
    const missing = await gateway('/docs/get/none');
    expect([fetched.equals(bytes), listed.map(({ name, size }) => [name, size]), missing.status]).toEqual([
      true,
      [['big.bin', 5_500_000]],
      404,
    ]);
    provider.kill('SIGTERM');
    expect((await provider.ended).code).toBe(0);
  });

  it('[CM17] echoes, and `whub tap` shows it', async () => {
    const tap = start('tap', '--filter', 'service:echo', '--json');
    const provider = start('provide', 'echo', '--service', 'echo');
    await Promise.all([provider.line(/providing/), tap.errorLine(/tapping/)]);
    const { code, stdout } = await CliProcess.run(['call', 'POST', '/echo/x', '--body', '@-'], env, '{"n":1.10}');
    expect([code, stdout.toString()]).toEqual([0, '{"n":1.10}']);
    const row = JSON.parse(await tap.line(/\/echo\/x/)) as { status: number; method: string };
    expect([row.method, row.status]).toEqual(['POST', 200]);
    tap.kill('SIGINT');
    expect((await tap.ended).code).toBe(0);
  });

  it('[CM18] spreads requests over two HTTP providers, and loses none when one is killed', async () => {
    const [one, two] = [await namedServer('one'), await namedServer('two')];
    const providers = [one, two].map(({ url }) => start('provide', 'http', '--service', 'shop', '--target', url));
    await Promise.all(providers.map((provider) => provider.line(/providing/)));
    for (let index = 0; index < 100; index += 1) await (await gateway('/shop/index.html')).text();
    expect([one.count(), two.count()]).toEqual([50, 50]);
    const statuses = new Map<number, number>();
    let sent = 0;
    const work = async (): Promise<void> => {
      while (sent < 300) {
        sent += 1;
        if (sent === 100) providers[0]?.kill('SIGKILL');
        const { status } = await gateway('/shop/index.html');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect([...statuses]).toEqual([[200, sent]]);
  });

  it('[CM19] registers again, and says so, when the hub comes back', async () => {
    const data = join(folder, 'comeback');
    const [first, { port }] = await serve('--port', '0', '--data', data);
    const provider = start('provide', 'echo', '--service', 'echo', '--data', data);
    await provider.line(/providing/);
    first.kill('SIGTERM');
    await first.ended;
    await serve('--port', String(port), '--data', data);
    expect(await provider.line(/providing/, 2)).toBe('providing /echo on 1 connections');
  });

  it('[CM16] refuses a folder that is none, and a target that is no URL', async () => {
    const results = await Promise.all([
      whub('provide', 'files', '--service', 'x', '--root', join(folder, 'none')),
      whub('provide', 'http', '--service', 'x', '--target', 'nonsense'),
      whub('provide', 'echo', '--service', 'Not Good'),
    ]);
    expect(results.map(({ code }) => code)).toEqual([1, 2, 2]);
  });
});

describe('whub', { timeout: SLOW_MS }, () => {
  it('[CM20] ends the hub of these tests cleanly', async () => {
    hub.kill('SIGINT');
    expect((await hub.ended).code).toBe(0);
  });
});
