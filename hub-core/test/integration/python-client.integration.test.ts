import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHub } from '../../server/hub/create-hub.ts';
import type { Hub } from '../../server/hub/hub.ts';

const SCRIPT = fileURLToPath(new URL('../../../examples/python/whub.py', import.meta.url));
const PYTHON = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
}

/** The client that was written from docs/protocol.md and the schema alone, in a language that shares no code with the hub. */
describe.skipIf(PYTHON === undefined)('a client in Python (skipped where no python3 is installed)', () => {
  let dataDir: string;
  let hub: Hub;
  let key: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'whub-python-'));
    hub = createHub({ dataDir, port: 0 });
    await hub.start();
    ({ key } = hub.clients.register('py', ['*'], ['greeter']));
  });

  afterEach(async () => {
    await hub.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  function start(form: 'binary' | 'json', args: readonly string[]) {
    const child = spawn(PYTHON ?? 'python3', [
      SCRIPT,
      '--url',
      hub.address.url,
      '--key',
      key,
      ...(form === 'json' ? ['--json-form'] : []),
      ...args,
    ]);
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    return child;
  }

  async function run(form: 'binary' | 'json', args: readonly string[]): Promise<Ended> {
    const child = start(form, args);
    let stdout = '';
    child.stdout.on('data', (text: string) => (stdout += text));
    await once(child, 'close');
    return { code: child.exitCode, stdout };
  }

  const forms = ['binary', 'json'] as const;
  const pairs = forms.flatMap((provider) => forms.map((caller) => ({ provider, caller })));

  it.each(pairs)(
    '[SE90] provides over the $provider form and is called over the $caller form',
    async ({ provider, caller }) => {
      const providing = start(provider, ['provide', 'greeter']);
      try {
        await once(providing.stdout, 'data');
        const hello = await run(caller, ['call', 'GET', '/greeter/hello/gr%C3%BC%C3%9Fe']);
        expect(hello).toEqual({ code: 0, stdout: 'Hello, grüße, from Python' });
        const echo = await run(caller, ['call', 'POST', '/greeter/echo', '--body', '12345678901234567890']);
        expect(echo).toEqual({ code: 0, stdout: '12345678901234567890' });
        const missing = await run(caller, ['call', 'GET', '/nothing/here']);
        expect(missing.code).toBe(1);
        expect(JSON.parse(missing.stdout)).toMatchObject({ type: 'urn:whub:error:NOT_FOUND_ERR', status: 404 });
      } finally {
        providing.kill('SIGTERM');
        await once(providing, 'close');
      }
    },
  );

  it('[SE91] a wrong key is refused with 401', async () => {
    key = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    const refused = await run('binary', ['call', 'GET', '/status/info']);
    expect(refused.code).toBe(2);
  });
});
