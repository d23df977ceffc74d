import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { HubClient } from '../../client/node/index.ts';
import { CliProcess } from '../support/cli-process.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { createTestTerminal } from '../support/test-terminal.ts';

let owned: AsyncDisposableStack;
let running: TestHub;
let key: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  key = running.addClient('ann', { call: ['*', 'message'] });
});

afterEach(() => owned.disposeAsync());

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function whub(...args: readonly string[]): Promise<Result> {
  const terminal = createTestTerminal({ env: { WHUB_URL: running.url, WHUB_CLIENT: 'ann', WHUB_KEY: key } });
  const code = await run(args, terminal);
  return { code, ...terminal.written };
}

describe('whub status, services, send', () => {
  it('[MS20] show the hub as a table, or as it says it', async () => {
    const provider = owned.use(await HubClient.connect({ url: running.url, client: 'ann', key }));
    await provider.provide({ id: 'math', version: '1.2', routes: [{ pattern: '/*rest', handler: () => ({}) }] });
    const [status, json, services] = [await whub('status'), await whub('status', '--json'), await whub('services')];
    expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/^services +1 with 1 providers$/m)]);
    expect(status.stdout).toMatch(/^LIMIT +USED +OF +% +AT\n(.*\n)*services +1 +10000 +0 %$/m);
    expect(status.stdout).toMatch(/^connections +2 +none +-$/m);
    const limits = [{ name: 'connections', used: 2, limit: null }];
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: running.hub.id,
      services: 1,
      limits: expect.arrayContaining(limits.map((limit) => expect.objectContaining(limit) as unknown)) as unknown,
    });
    expect(services).toEqual({
      code: 0,
      stdout: [
        'SERVICE  VERSION  ROUTES  POLICY       PROVIDERS  QUEUED',
        'math     1.2      1       round-robin  1          0',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each([
    ['lines', [], /^math {2}serving {2}1 provider$/, /^\S+Z {2}removed {2}math$/],
    ['JSON', ['--json'], /^\{"event":"snapshot","services":\[\{"id":"math"/, /^\{"event":"removed","service":"math"/],
  ])(
    '[MS21] services --watch tells what happens as %s until Ctrl-C, which is no mishap',
    async (_as, flags, ...seen) => {
      const provider = owned.use(await HubClient.connect({ url: running.url, client: 'ann', key }));
      const math = await provider.provide({ id: 'math', routes: [{ pattern: '/*rest', handler: () => ({}) }] });
      const env = { WHUB_URL: running.url, WHUB_CLIENT: 'ann', WHUB_KEY: key };
      await using watching = new CliProcess(['services', '--watch', ...flags], env);
      await watching.line(seen[0]);
      await math.drain();
      await watching.line(seen[1]);
      watching.kill('SIGINT');
      expect(await watching.ended).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('[MS20] send says how many connections it reached, and fails for who is not online', async () => {
    const receiver = owned.use(await HubClient.connect({ url: running.url, client: 'ann', key }));
    const got: unknown[] = [];
    receiver.onNotice.subscribe((notice) => got.push([notice.topic, notice.from, notice.text()]));
    const results = [
      await whub('send', 'ann', 'door/open', 'now'),
      await whub('send', 'ann', 'door/open', '12345678901234567890'),
    ];
    // The sending command is a connection of the same client.
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, '{"delivered":2}\n'],
      [0, '{"delivered":2}\n'],
    ]);
    await receiver.request({ uri: '/status/info' });
    expect(got).toEqual([
      ['/message/door/open', 'ann', '"now"'],
      ['/message/door/open', 'ann', '12345678901234567890'],
    ]);
    expect(await whub('send', 'bob', 'a', '1')).toMatchObject({ code: 4, stdout: '' });
  });
});
