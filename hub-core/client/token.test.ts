import { describe, expect, it } from 'vitest';
import { Kind } from '../common/protocol/message.ts';
import { parseJsonPayload } from '../common/protocol/payload.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { ConnectError, RefusedError, type ClientState } from './index.ts';

const test = scriptedClient();
const { connect, outcome } = test;

async function helloOf(peer: number): Promise<unknown> {
  return parseJsonPayload((await test.hub.peer(peer).next(Kind.Hello)).payload);
}

describe('ConnectOptions.token', () => {
  it('[AU42] is sent in Hello in the place of a key', async () => {
    await connect({ client: 'ann', token: 'eyJ', agent: 'a/1' });
    expect(await helloOf(0)).toEqual({ client: 'ann', token: 'eyJ', agent: 'a/1', resume: null });
  });

  it('[AU42] a function is asked again before each attempt', async () => {
    let asked = 0;
    await connect({ token: () => Promise.resolve(`token-${String(++asked)}`) });
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(10_000);
    expect([await helloOf(0), await helloOf(1)]).toMatchObject([{ token: 'token-1' }, { token: 'token-2' }]);
  });

  it('[AU42] a function that throws, or does not answer in time, is a failed attempt', async () => {
    const failed = await outcome(connect({ token: () => Promise.reject(new Error('no refresh token')) }));
    expect(failed).toBeInstanceOf(ConnectError);
    expect(String(failed)).toContain('no refresh token');
    const hanging = outcome(connect({ token: () => new Promise(() => undefined), connectTimeoutMs: 500 }));
    await test.clock.advanceAsync(500);
    expect(await hanging).toBeInstanceOf(ConnectError);
    expect(test.hub.dials).toBe(0);
  });

  it('[AU42] a function is asked again when the session of a token ends, and it is over when that token is refused', async () => {
    let asked = 0;
    const states: ClientState[] = [];
    await connect({
      token: () => `token-${String(++asked)}`,
      onStateChange: (state) => states.push(state),
    });
    test.hub.peer(0).goodbye(401, { detail: 'its session ended' });
    await test.clock.advanceAsync(10_000);
    expect([test.hub.dials, await helloOf(1)]).toMatchObject([2, { token: 'token-2' }]);
    test.hub.greeting = { kind: 'goodbye', status: 401, detail: 'revoked' };
    test.hub.peer(1).goodbye(401, { detail: 'its session ended' });
    await test.clock.advanceAsync(60_000);
    expect([test.hub.dials, states.at(-1)]).toEqual([3, { kind: 'failed', error: new RefusedError(401, 'revoked') }]);
  });

  it('[AU42] goes with no key', async () => {
    expect(await outcome(connect({ key: 'whub_k', token: 'eyJ' }))).toEqual(
      new TypeError('Cannot connect with a key and a token: give one of them'),
    );
  });
});
