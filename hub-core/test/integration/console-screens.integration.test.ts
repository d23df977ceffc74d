import { createRouterClient } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { systemClock } from '../../common/base/clock.ts';
import { RecentLog } from '../../common/log/recent-log.ts';
import { createHubRouter } from '../../console/router/hub-router.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const samples = { running: false, start: async () => {}, stop: async () => {} };
const consoleOf = ({ hub }: TestHub) =>
  createRouterClient(createHubRouter({ hub, samples, clock: systemClock, recentLog: new RecentLog() }));

const connect = (test: TestHub, client: string): Promise<HubClient> =>
  HubClient.connect({ url: test.url, client, key: test.addClient(client) });

describe('hub router: connections', () => {
  it('[UI76] measures the round trip of a connection, and says when it is gone', async () => {
    await using test = await startTestHub();
    await using _client = await connect(test, 'cat');
    const { connections } = consoleOf(test);
    const { roundTripMs } = await connections.ping({ connection: 'c1' });
    expect(roundTripMs).toBeGreaterThanOrEqual(0);
    expect(await connections.ping({ connection: 'c99' })).toEqual({ roundTripMs: null });
  });

  it('[UI77] keeps what closed, newest first, and counts the errors that each was answered with', async () => {
    await using test = await startTestHub();
    const cat = await connect(test, 'cat');
    expect((await cat.request({ uri: '/nowhere/x' })).status).toBe(404);
    await cat[Symbol.asyncDispose]();
    await using _dog = await connect(test, 'dog');
    const { connections } = consoleOf(test);
    await connections.close({ connection: 'c2', reason: 'enough' });
    const history = await connections.history({ limit: 10 });
    expect(history.map(({ id, client, errors, closeReason }) => [id, client, errors, closeReason])).toEqual([
      ['c2', 'dog', 0, '0: enough'],
      ['c1', 'cat', 1, 'the client left'],
    ]);
    expect(await connections.history({ limit: 1 })).toHaveLength(1);
  });
});

describe('hub router: contracts and limits', () => {
  it('[UI73] tells the schemas that a service announced as the JSON that they are', async () => {
    await using test = await startTestHub();
    await using provider = await connect(test, 'cat');
    const requestSchema = { type: 'object', required: ['b', 'a'], properties: { a: {}, b: {} } };
    await provider.provide({
      id: 'math',
      metadata: { schemas: 'describe' },
      routes: [
        { pattern: '/add', methods: ['POST'], requestSchema, idempotent: true, handler: () => ({ json: 1 }) },
        { pattern: '/free', handler: () => ({ json: 1 }) },
      ],
    });
    const { services } = consoleOf(test);
    expect(await services.contract({ service: 'math' })).toEqual({
      enforced: false,
      routes: [
        {
          pattern: '/add',
          methods: ['POST'],
          requestSchema: JSON.stringify(requestSchema),
          responseSchema: null,
          idempotent: true,
          timeoutMs: null,
          stream: false,
        },
        {
          pattern: '/free',
          methods: [],
          requestSchema: null,
          responseSchema: null,
          idempotent: false,
          timeoutMs: null,
          stream: false,
        },
      ],
    });
    expect(await services.contract({ service: 'nothing' })).toBeNull();
    const status = await services.contract({ service: 'status' });
    expect(JSON.parse(status?.routes[0]?.responseSchema ?? 'null')).toMatchObject({ type: 'object' });
  });

  it('[UI79] tells each limit beside its present use', async () => {
    await using test = await startTestHub();
    await using _cat = await connect(test, 'cat');
    const limits = await consoleOf(test).hub.limits();
    expect(limits.find(({ name }) => name === 'connections')).toMatchObject({ used: 1, unit: 'connections' });
    expect(limits.length).toBe(test.hub.limits().length);
  });
});

describe('hub router: blocks and audit', () => {
  it('[UI74] blocks, lists and frees again, and the audit tells who did so', async () => {
    await using test = await startTestHub();
    test.addClient('cat');
    const { blocks, audit } = consoleOf(test);
    const added = await blocks.add({ kind: 'client', target: 'cat', reason: 'noise', forMs: 600_000 });
    expect(added).toMatchObject({ kind: 'client', target: 'cat', reason: 'noise', source: 'manual' });
    expect(await blocks.list()).toEqual([added]);
    await expect(blocks.add({ kind: 'address', target: 'x', reason: '', forMs: 0 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    const target = { kind: 'client', target: 'cat' } as const;
    expect([await blocks.remove(target), await blocks.remove(target)]).toEqual([{ removed: true }, { removed: false }]);
    const rows = await audit.list({ limit: 2, before: null });
    expect(rows.map(({ actor, action, target: of }) => [actor, action, of])).toEqual([
      ['console', 'blocks.remove', 'cat'],
      ['console', 'blocks.add', 'cat'],
    ]);
    const older = await audit.list({ limit: 10, before: rows.at(-1)?.id ?? null });
    expect(older.map(({ action }) => action)).toEqual(['clients.register']);
  });
});
