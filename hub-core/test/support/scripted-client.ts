import { afterEach, beforeEach } from 'vitest';
import { HubClient, type ConnectOptions } from '../../client/index.ts';
import { FakeClock } from './fake-clock.ts';
import { ScriptedHub } from './scripted-hub.ts';

export interface ScriptedClientTest {
  /** New for each test. */
  hub: ScriptedHub;
  readonly clock: FakeClock;
  /** A client of {@link hub} on {@link clock}, closed after the test. Its chance is always one half. */
  readonly connect: (options?: Partial<ConnectOptions>) => Promise<HubClient>;
  /** What a promise came to: awaiting it later never leaves a rejection unhandled. */
  readonly outcome: (promise: Promise<unknown>) => Promise<unknown>;
}

/** For a test file of the SDK: a scripted hub and a fake clock for each test, which fails when it leaves a timer behind. */
export function scriptedClient(): ScriptedClientTest {
  let clients: HubClient[] = [];
  let clock = new FakeClock();
  const test: ScriptedClientTest = {
    hub: new ScriptedHub(),
    get clock() {
      return clock;
    },
    connect: async (options = {}) => {
      const client = await HubClient.connect({
        url: 'ws://hub',
        dial: test.hub.dial,
        clock,
        random: () => 0.5,
        ...options,
      });
      clients.push(client);
      return client;
    },
    outcome: (promise) => promise.catch((error: unknown) => error),
  };
  beforeEach(() => {
    test.hub = new ScriptedHub();
    clock = new FakeClock();
    clients = [];
  });
  afterEach(async () => {
    // A service is withdrawn before its client is closed, which a hub that says nothing would hold up.
    for (const peer of test.hub.peers) {
      for (const action of ['drain', 'unregister']) peer.always(`/services/${action}`, 200);
    }
    await Promise.all(clients.map((client) => client.close()));
    if (clock.pendingTimers > 0) throw new Error(`The test left ${String(clock.pendingTimers)} timers behind`);
  });
  return test;
}
