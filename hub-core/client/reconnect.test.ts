import { describe, expect, it } from 'vitest';
import { Kind } from '../common/protocol/message.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { ConnectionLostError, RefusedError, type ClientState } from './index.ts';

const test = scriptedClient();
const { connect, outcome } = test;

describe('HubClient reconnecting', () => {
  it('[CL10] waits a random part of a bound that doubles up to the greatest', async () => {
    await connect({ reconnect: { baseDelayMs: 100, maxDelayMs: 400 }, random: () => 0.999_99 });
    test.hub.reachable = false;
    test.hub.peer(0).cut();
    const dialsAt: number[] = [];
    for (const ms of [99, 2, 198, 3, 397, 5, 395, 5]) {
      await test.clock.advanceAsync(ms);
      dialsAt.push(test.hub.dials);
    }
    test.hub.reachable = true;
    expect(dialsAt).toEqual([1, 2, 2, 3, 3, 4, 4, 5]);
  });

  it('[CL10] tells its states in order', async () => {
    const states: ClientState['kind'][] = [];
    const client = await connect({ onStateChange: ({ kind }) => states.push(kind) });
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(10_000);
    await client.close();
    expect(states).toEqual(['open', 'reconnecting', 'open', 'reconnecting', 'closed']);
  });

  it('[CL10] does not reconnect when told so, and rejects what comes', async () => {
    const client = await connect({ reconnect: false });
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(60_000);
    expect([test.hub.dials, await outcome(client.request({ uri: '/a' }))]).toEqual([
      1,
      expect.any(ConnectionLostError),
    ]);
  });

  it('[CL11] stops on Goodbye 401, and rejects what waits and what comes', async () => {
    const states: ClientState[] = [];
    const client = await connect({ connections: 2, onStateChange: (state) => states.push(state) });
    const waiting = outcome(client.request({ uri: '/a' }));
    await test.clock.advanceAsync(0);
    test.hub.peer(0).goodbye(401, { detail: 'revoked' });
    await test.clock.advanceAsync(60_000);
    const refused = new RefusedError(401, 'revoked');
    expect([await outcome(client.request({ uri: '/b' })), states.at(-1), test.hub.dials]).toEqual([
      refused,
      { kind: 'failed', error: refused },
      2,
    ]);
    expect(await waiting).toEqual(refused);
  });

  it('[CL12] stays away as long as a draining hub asks', async () => {
    await connect();
    test.hub.peer(0).goodbye(503, { retry_after_ms: 5_000 });
    await test.clock.advanceAsync(4_999);
    const before = test.hub.dials;
    await test.clock.advanceAsync(1_000);
    expect([before, test.hub.dials]).toEqual([1, 2]);
  });

  it('[CL13] sends Ping after a quiet interval, and gives the connection up after another', async () => {
    test.hub.greeting = { kind: 'welcome', heartbeatMs: 1_000 };
    await connect();
    await test.clock.advanceAsync(2_000);
    await test.hub.peer(0).next(Kind.Ping);
    await test.clock.advanceAsync(1_000);
    await test.hub.peer(0).closed;
    expect(test.hub.peer(0).received.filter(({ kind }) => kind === Kind.Goodbye)).toEqual([]);
  });

  it('[CL13] keeps a connection whose hub answers Ping, and answers Ping itself', async () => {
    test.hub.greeting = { kind: 'welcome', heartbeatMs: 1_000 };
    const client = await connect();
    for (let round = 0; round < 5; round += 1) {
      await test.clock.advanceAsync(1_000);
      test.hub.peer(0).send({ kind: Kind.Ping, id: 7, payload: new Uint8Array([1, 2]) });
      await test.clock.advanceAsync(0);
    }
    const pong = await test.hub.peer(0).next(Kind.Pong);
    expect([client.state.kind, test.hub.dials, pong.id, [...pong.payload]]).toEqual(['open', 1, 7, [1, 2]]);
  });

  it('[CL23] says Goodbye 400 to a hub that breaks the protocol, and connects again', async () => {
    await connect();
    test.hub.peer(0).sendRaw(new Uint8Array([1, 2, 3]));
    expect((await test.hub.peer(0).next(Kind.Goodbye)).status).toBe(400);
    await test.clock.advanceAsync(10_000);
    expect(test.hub.dials).toBe(2);
  });

  it('[CL23] says Goodbye 400 to a second Welcome', async () => {
    await connect();
    test.hub.peer(0).send({ kind: Kind.Welcome });
    expect((await test.hub.peer(0).next(Kind.Goodbye)).status).toBe(400);
  });
});
