import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test as base } from '@playwright/test';
import { CliProcess } from '../fixtures/cli.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
const INSTALL_MS = 240_000;
const run = promisify(execFile);

interface Project {
  readonly folder: string;
  /** Names in the tarball. */
  readonly packed: readonly string[];
}

const npm = (cwd: string, ...args: string[]) =>
  run('npm', args, { cwd, shell: process.platform === 'win32', maxBuffer: 16 << 20 });

/** An empty project with the package installed from its tarball; one for all tests of this file. */
const test = base.extend<object, { project: Project }>({
  project: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from its first parameter's pattern
    async ({}, provide) => {
      const folder = await mkdtemp(join(tmpdir(), 'whub-npm-'));
      try {
        const { stdout } = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
        const [tarball] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
        await writeFile(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
        await npm(
          folder,
          'install',
          '--prefer-offline',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          `./${tarball.filename}`,
        );
        await provide({ folder, packed: tarball.files.map(({ path }) => path) });
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    { scope: 'worker', timeout: INSTALL_MS },
  ],
});

interface Ready {
  readonly port: number;
  readonly url: string;
}

/** The hub of the installed package, by its command. */
async function startHub(
  project: Project,
  ...flags: string[]
): Promise<{ serve: CliProcess; ready: Ready; data: string }> {
  const data = join(project.folder, `data-${String(performance.now())}`);
  const bin = join(project.folder, 'node_modules/whub/tools/whub.mjs');
  const serve = new CliProcess(['serve', '--json', '--port', '0', '--data', data, ...flags], {}, bin);
  const ready = JSON.parse(await serve.line(/"event":"ready"/)) as Ready;
  return { serve, ready, data };
}

async function addClient(project: Project, data: string, ...grants: string[]): Promise<string> {
  const bin = join(project.folder, 'node_modules/whub/tools/whub.mjs');
  const { stdout } = await run(process.execPath, [bin, 'client', 'add', 'calc', ...grants, '--data', data]);
  return stdout.trim();
}

const MATH = ['--may-call', 'math', '--may-provide', 'math'];

test('[PK8] the package holds what it runs on and none of its sources', ({ project }) => {
  expect(project.packed).toEqual(
    expect.arrayContaining([
      'package.json',
      'README.md',
      'LICENSE',
      'tools/whub.mjs',
      'out/client/node.js',
      'out/client/browser.js',
      'out/client/types/client/index.d.ts',
      'out/server/types/host/index.d.ts',
      'out/main/cli.js',
      'out/main/server.js',
      'out/main/hub-thread.js',
      'out/main/capture-thread.js',
      'out/renderer/index.html',
    ]),
  );
  const strange = project.packed.filter(
    (path) =>
      /\.map$|(?<!\.d)\.tsx?$|\.test\./.test(path) ||
      !/^(out|tools\/whub\.mjs|[A-Z]+(\.md)?$|package\.json)/.test(path),
  );
  expect(strange).toEqual([]);
});

test('[PK8] the README’s program runs in a project that installed the package', async ({ project }) => {
  const { serve, ready, data } = await startHub(project);
  await using _serve = serve;
  const key = await addClient(project, data, ...MATH);
  await cp(join(ROOT, 'examples/node/square.mjs'), join(project.folder, 'square.mjs'));
  const { stdout } = await run(process.execPath, [join(project.folder, 'square.mjs')], {
    env: { ...process.env, FORCE_COLOR: '0', WHUB_URL: ready.url, WHUB_KEY: key },
  });
  expect(stdout.trim()).toBe('200 144');
});

test('[PK8] a program runs a hub of its own with whub/server', async ({ project }) => {
  const program = join(project.folder, 'embed.mjs');
  await writeFile(
    program,
    [
      "import { createHubHost, HubStartError } from 'whub/server';",
      "await using host = createHubHost({ config: { dataDir: 'embedded', port: 0 }, consoleAssetsDir: undefined, logLevel: 'silent' });",
      'const { url } = await host.start();',
      "const response = await fetch(new URL('/healthz', url.replace('ws:', 'http:')));",
      'process.stdout.write(`${response.status} ${typeof HubStartError}`);',
    ].join('\n'),
  );
  const { stdout } = await run(process.execPath, [program], { cwd: project.folder });
  expect(stdout.trim()).toBe('200 function');
});

test('[PK8] both entries have types', async ({ project }) => {
  await writeFile(
    join(project.folder, 'typed.mts'),
    [
      "import { HubClient, type Reply } from 'whub/client';",
      "import { createHubHost, type HubHost } from 'whub/server';",
      "const client: HubClient = await HubClient.connect({ url: 'ws://127.0.0.1:1' });",
      "const reply: Reply = await client.request({ method: 'GET', uri: '/math/square/12' });",
      'const status: number = reply.status;',
      "const host: HubHost = createHubHost({ config: { dataDir: 'x' }, consoleAssetsDir: undefined });",
      'export { host, status };',
      '// @ts-expect-error: a port is a number',
      "createHubHost({ config: { dataDir: 'x', port: 'y' }, consoleAssetsDir: undefined });",
    ].join('\n'),
  );
  const types = join(ROOT, 'node_modules/@types');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'esnext'];
  const found = await run(process.execPath, [TSC, ...flags, '--types', 'node', '--typeRoots', types, 'typed.mts'], {
    cwd: project.folder,
  }).then(
    () => '',
    (error: unknown) => (error as { stdout: string }).stdout,
  );
  expect(found).toBe('');
});

test('[PK9] a page without a bundler imports the browser build and calls a hub', async ({ project, page }) => {
  const files: Record<string, [type: string, body: string]> = {
    '/': ['text/html', '<!doctype html><title>page</title>'],
    '/whub.js': [
      'text/javascript',
      await readFile(join(project.folder, 'node_modules/whub/out/client/browser.js'), 'utf8'),
    ],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.setHeader('content-type', type).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    const { serve, ready, data } = await startHub(project, '--set', `allowedOrigins=["${origin}"]`);
    await using _serve = serve;
    const key = await addClient(project, data, ...MATH);
    await page.goto(`${origin}/`);
    const answer = await page.evaluate(
      async ([url, secret]) => {
        interface Sdk {
          HubClient: {
            connect(options: object): Promise<{
              provide(service: object): Promise<unknown>;
              request(request: object): Promise<{ status: number; json(): unknown }>;
            }>;
          };
        }
        const address = '/whub.js';
        const { HubClient } = (await import(address)) as Sdk;
        const hub = await HubClient.connect({ url, key: secret });
        await hub.provide({
          id: 'math',
          routes: [
            {
              pattern: '/square/:n',
              methods: ['GET'],
              handler: ({ params }: { params: { n: string } }) => ({ json: Number(params.n) ** 2 }),
            },
          ],
        });
        const reply = await hub.request({ method: 'GET', uri: '/math/square/12' });
        return [reply.status, reply.json()];
      },
      [ready.url, key] as const,
    );
    expect(answer).toEqual([200, 144]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
