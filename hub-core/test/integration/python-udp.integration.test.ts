import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { seededRandom } from '../../common/base/random.ts';
import { LossyProxy } from '../support/lossy-proxy.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const SCRIPT = fileURLToPath(new URL('../../../examples/python/udp.py', import.meta.url));
const VECTORS = fileURLToPath(new URL('../../../schemas/vectors/udp.json', import.meta.url));
const PYTHON = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(PYTHON ?? 'python3', [SCRIPT, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** The client that was written from docs/udp.md alone. */
describe.skipIf(PYTHON === undefined)('a client over UDP in Python (skipped where no python3 is installed)', () => {
  let opened: AsyncDisposableStack;
  let test: TestHub;
  let key: string;
  const lines: string[] = [];

  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    test = opened.use(await startTestHub());
    key = test.addClient('py');
    lines.length = 0;
    const provider = opened.use(await HubClient.connect({ url: test.url, key: test.addClient('provider') }));
    await provider.provide({
      id: 'echo',
      routes: [
        {
          pattern: '/',
          methods: ['POST'],
          handler: (request) => {
            lines.push(request.text());
            return { body: request.text() };
          },
        },
      ],
    });
  });
  afterEach(() => opened.disposeAsync());

  it('[UD1] derives every value of the test vectors', async () => {
    expect(await run('vectors', VECTORS)).toEqual({
      code: 0,
      stdout: 'with-a-key holds\nanonymous holds\n',
      stderr: '',
    });
  });

  it('[UD25] calls, is refused, and notifies', async () => {
    const url = `udp://127.0.0.1:${String(test.port)}`;
    expect(await run('--url', url, '--key', key, 'call', 'POST', '/echo/', '--body', 'grüße')).toEqual({
      ...{ code: 0, stdout: 'grüße', stderr: '' },
    });
    const refused = await run('--url', url, '--key', `${key.slice(0, -3)}AAA`, 'call', 'GET', '/status/info');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('UNAUTHORIZED_ERR')]);
    const anonymous = await run('--url', url, 'call', 'GET', '/echo/');
    expect([anonymous.code, JSON.parse(anonymous.stdout)]).toEqual([1, expect.objectContaining({ status: 405 })]);
    expect((await run('--url', url, '--key', key, 'notify', 'POST', '/echo/', '--body', 'rain')).code).toBe(0);
    await expect.poll(() => lines).toEqual(['grüße', 'rain']);
  });

  it('[UD25] gets through where a third is lost and doubled', async () => {
    const rates = { loss: 0.33, duplication: 0.33, reordering: 0.33 };
    const proxy = opened.use(await LossyProxy.start({ port: test.port, random: seededRandom(3), ...rates }));
    const url = `udp://127.0.0.1:${String(proxy.port)}`;
    const all = Array.from({ length: 5 }, (_, at) => String(at));
    const ended = await Promise.all(
      all.map((text) => run('--url', url, '--key', key, 'call', 'POST', '/echo/', '--body', text)),
    );
    expect(ended.map(({ stdout }) => stdout)).toEqual(all);
    expect(lines.toSorted()).toEqual(all);
  });
});
