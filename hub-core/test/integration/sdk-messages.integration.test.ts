import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient as BrowserHubClient, type ServicesNews } from '../../client/index.ts';
import { HubClient, RemoteError } from '../../client/node/index.ts';
import { addClient } from '../../host/registry-admin.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

let owned: AsyncDisposableStack;
let running: TestHub;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
});

afterEach(() => owned.disposeAsync());

async function connectAs(client: string, call: readonly string[] = ['*', 'message']): Promise<HubClient> {
  const key = running.addClient(client, { call });
  return owned.use(await HubClient.connect({ url: running.url, client, key }));
}

const route = { pattern: '/*rest', handler: () => ({}) };

describe.each([
  ['Node', HubClient],
  ["the platform's WebSocket", BrowserHubClient],
])('HubClient.watchServices() over %s', (_name, Client) => {
  it('[CL30][CL31] follows what happens at a running hub, also behind a lost connection', async () => {
    const provider = await connectAs('bob');
    const math = await provider.provide({ id: 'math', version: '2', routes: [route] });
    const key = running.addClient('ann');
    await using client = await Client.connect({
      url: running.url,
      client: 'ann',
      key,
      reconnect: { baseDelayMs: 1, maxDelayMs: 5 },
    });
    const news: AsyncIterableIterator<ServicesNews, undefined> = client.watchServices({ services: 'm*' });
    const next = async (): Promise<unknown> => (await news.next()).value;
    expect(await next()).toEqual({
      event: 'snapshot',
      services: [
        { id: 'math', version: '2', description: '', health: 'serving', providers: [expect.stringMatching(/^math@/)] },
      ],
    });
    await provider.provide({ id: 'shop', routes: [route] });
    const maps = await provider.provide({ id: 'maps', routes: [route] });
    expect(await next()).toMatchObject({ event: 'added', service: 'maps', health: 'serving' });
    const connection = running.hub.connections.list().find(({ client: who }) => who === 'ann');
    running.hub.connections.close(connection?.id ?? '', 'for a test');
    await math.drain();
    let last: ServicesNews | undefined;
    do last = (await news.next()).value;
    while (last?.event !== 'snapshot' || last.services.some(({ id }) => id === 'math'));
    expect(last.services.map(({ id }) => id)).toEqual(['maps']);
    await maps.drain();
    await news.return?.();
  });
});

describe('messages between clients', () => {
  it('[CL33] reach every connection of a client, and listeners by their topic', async () => {
    const [ann, bob] = [await connectAs('ann'), await connectAs('bob')];
    const got: unknown[] = [];
    const listening = bob.onMessage('door/*', (message) => got.push([message.topic, message.from, message.json()]));
    bob.onMessage('light', (message) => got.push(message.topic));
    const delivered = [
      await ann.sendMessage('bob', 'door/open', { n: 1 }),
      await ann.sendMessage('bob', 'doors'),
      await ann.sendMessage('bob', 'door/shut'),
    ];
    await bob.request({ uri: '/status/info' });
    listening[Symbol.dispose]();
    await ann.sendMessage('bob', 'door/open');
    await bob.request({ uri: '/status/info' });
    expect([delivered, got]).toEqual([
      [1, 1, 1],
      [
        ['/message/door/open', 'ann', { n: 1 }],
        ['/message/door/shut', 'ann', null],
      ],
    ]);
  });

  it('[CL33] are refused as the hub says: nobody online, no grant, no manager', async () => {
    const [ann, eve] = [await connectAs('ann'), await connectAs('eve', ['*'])];
    const statuses = await Promise.all(
      [ann.sendMessage('nobody', 'a'), eve.sendMessage('ann', 'a'), ann.broadcast('a')].map((sent) =>
        sent.catch((error: unknown) => (error instanceof RemoteError ? error.status : error)),
      ),
    );
    expect(statuses).toEqual([404, 403, 403]);
  });

  it('[CL33] broadcasts go to everybody, or to who provides a service', async () => {
    const bob = await connectAs('bob');
    await bob.provide({ id: 'math', routes: [route] });
    await connectAs('ann');
    const { key } = addClient(running.dataDir, { client: 'boss', role: 'manager', mayCall: [], mayProvide: [] });
    await running.hub.refresh();
    const boss = owned.use(await HubClient.connect({ url: running.url, client: 'boss', key }));
    expect([await boss.broadcast('a', [1]), await boss.broadcast('a', [1], { service: 'math' })]).toEqual([3, 1]);
  });
});
