import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient as BrowserHubClient, type Session } from '../../client/index.ts';
import { ConnectError, HubClient, RefusedError, RemoteError } from '../../client/node/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const PASSWORD = 'correct horse battery';
const MINUTE_MS = 60_000;

let owned: AsyncDisposableStack;
let running: TestHub;
let clock: FakeClock;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  running.addClient('ann');
  await running.hub.clients.setPassword('ann', PASSWORD);
  clock = new FakeClock();
});

afterEach(() => owned.disposeAsync());

const login = (): Promise<Session> => HubClient.login({ url: running.url, client: 'ann', password: PASSWORD, clock });

async function metric(name: string): Promise<number | undefined> {
  const text = await (await fetch(`${running.httpUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`whub_auth_${name} `));
  return line === undefined ? undefined : Number(line.split(' ')[1]);
}

describe.each([
  ['Node', HubClient],
  ["the platform's WebSocket", BrowserHubClient],
])('HubClient.login() over %s', (_name, Client) => {
  it('[CL34] gives tokens that clients connect with, and ends what they opened at logout', async () => {
    const session = await Client.login({ url: running.url, client: 'ann', password: PASSWORD });
    const client = owned.use(await Client.connect({ url: running.url, token: session.token }));
    const over = Promise.withResolvers<unknown>();
    client.onDidChangeState.subscribe((state) => {
      if (state.kind === 'failed') over.resolve(state.error);
    });
    expect([session.client, session.role, client.connections[0]?.welcome.client]).toEqual(['ann', 'provider', 'ann']);
    await session.logout();
    await session.logout();
    await expect(session.token()).rejects.toThrow(RefusedError);
    expect(await over.promise).toBeInstanceOf(RefusedError);
  });
});

describe('HubClient.login()', () => {
  it('[CL34] a wrong password is the hub’s 401', async () => {
    const wrong = HubClient.login({ url: running.url, client: 'ann', password: 'wrong horse' });
    await expect(wrong).rejects.toMatchObject({ name: 'RemoteError', status: 401 });
    await expect(wrong).rejects.toBeInstanceOf(RemoteError);
  });

  it('[CL35] gives the same token until nine tenths of its life are over, then a new one, once for all who ask', async () => {
    const session = owned.use(await login());
    const first = await session.token();
    clock.advance(13 * MINUTE_MS);
    expect(await session.token()).toBe(first);
    clock.advance(MINUTE_MS);
    const [one, other] = await Promise.all([session.token(), session.token()]);
    const next = await session.token();
    expect([one === first, one === other, one === next, await metric('refreshes_total')]).toEqual([
      false,
      true,
      true,
      1,
    ]);
    // The refresh token was renewed with it.
    clock.advance(15 * MINUTE_MS);
    await session.token();
    expect([await metric('refreshes_total'), await metric('refresh_reuses_total')]).toEqual([2, 0]);
  });

  it('[CL35] a session that the hub ended is refused, and its logout does nothing', async () => {
    const session = owned.use(await login());
    running.hub.clients.revoke('ann');
    clock.advance(15 * MINUTE_MS);
    await expect(session.token()).rejects.toBeInstanceOf(RefusedError);
    await session.logout();
  });

  it('[CL35] a hub that is away can be asked later', async () => {
    const session = await login();
    clock.advance(15 * MINUTE_MS);
    await running.hub.stop();
    await expect(session.token()).rejects.toBeInstanceOf(ConnectError);
    await expect(session.logout()).rejects.toBeInstanceOf(ConnectError);
    await expect(session.token()).rejects.toBeInstanceOf(ConnectError);
  });
});
