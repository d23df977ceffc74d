import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient, type Provision } from '../../client/node/index.ts';
import { systemClock } from '../../common/base/clock.ts';
import { RecentLog } from '../../common/log/recent-log.ts';
import { createHubRouter } from '../../console/router/hub-router.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const samples = { running: false, start: async () => {}, stop: async () => {} };

let owned: AsyncDisposableStack;
let test: TestHub;

const consoleOf = ({ hub }: TestHub) =>
  createRouterClient(createHubRouter({ hub, samples, clock: systemClock, recentLog: new RecentLog() }));

async function provide(client: string): Promise<Provision> {
  const key = test.addClient(client);
  const provider = owned.use(await HubClient.connect({ url: test.url, client, key }));
  return provider.provide({ id: 'math', routes: [{ pattern: '/*rest', handler: () => ({ json: client }) }] });
}

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  test = owned.use(await startTestHub());
  await provide('one');
  await provide('two');
});
afterAll(() => owned.disposeAsync());

describe('hub router: services', () => {
  const math = async () => {
    const services = await consoleOf(test).services.list();
    return services.find(({ id }) => id === 'math')?.providers ?? [];
  };
  const first = async () => {
    const [provider] = await math();
    if (provider === undefined) throw new TypeError('Cannot test: there is no provider');
    return { service: 'math', provider: provider.id };
  };

  it('[BK11] ejects a provider for a while, lets it back, drains it, and weighs it', async () => {
    const { services, hub } = consoleOf(test);
    const provider = await first();
    const states: (string | undefined)[] = [];
    const note = async (): Promise<void> => void states.push((await math())[0]?.state);
    const did: unknown[] = [await services.eject({ ...provider, forMs: 60_000 })];
    await note();
    did.push(await services.undrain(provider));
    await note();
    did.push(await services.drain(provider));
    await note();
    did.push(await services.undrain(provider), await services.setWeight({ ...provider, weight: 7 }));
    await note();
    expect(did).toEqual([
      { ejected: true },
      { undrained: true },
      { draining: true },
      { undrained: true },
      { set: true },
    ]);
    expect([states, (await math())[0]?.weight]).toEqual([['ejected', 'ready', 'draining', 'ready'], 7]);
    const kinds = (await hub.events({ limit: 10 })).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['provider-ejected', 'provider-admitted']));
  });

  it('[BK11] tells why it does not eject a provider that its pool cannot do without', async () => {
    const { services } = consoleOf(test);
    const [one, two] = await math();
    const provider = { service: 'math', provider: one?.id ?? '' };
    await services.drain({ service: 'math', provider: two?.id ?? '' });
    await expect(services.eject({ ...provider, forMs: 60_000 })).rejects.toThrow('Cannot eject provider');
    await expect(services.eject({ ...provider, forMs: 1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(services.setWeight({ ...provider, weight: 0 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await services.undrain({ service: 'math', provider: two?.id ?? '' });
  });

  it('[BK11] says so when there is no such provider', async () => {
    const { services } = consoleOf(test);
    const none = { service: 'math', provider: 'math@none' };
    expect([
      await services.undrain(none),
      await services.eject({ ...none, forMs: 1_000 }),
      await services.setWeight({ ...none, weight: 1 }),
    ]).toEqual([{ undrained: false }, { ejected: false }, { set: false }]);
  });
});

describe('a health route over a real connection', () => {
  it('[BK8] is asked in its interval, and an SDK provider that says no is ejected until it says yes', async () => {
    let healthy = false;
    const asked: string[] = [];
    for (const client of ['sick', 'well']) {
      const key = test.addClient(client);
      const provider = owned.use(await HubClient.connect({ url: test.url, client, key }));
      await provider.provide({
        id: 'asked',
        metadata: { health: '/health', health_interval_ms: 500 },
        routes: [
          {
            pattern: '/health',
            handler: ({ from }) => {
              asked.push(from);
              return { status: healthy || client === 'well' ? 204 : 503 };
            },
          },
        ],
      });
    }
    const states = () =>
      test.hub.services
        .list()
        .find(({ id }) => id === 'asked')
        ?.providers.map(({ state }) => state);
    await expect.poll(states).toEqual(['ejected', 'ready']);
    healthy = true;
    await expect.poll(states).toEqual(['ready', 'ready']);
    expect(new Set(asked)).toEqual(new Set(['hub']));
  });
});
