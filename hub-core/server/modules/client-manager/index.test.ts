import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { registryStage } from '../../../test/support/registry-stage.ts';
import { createClientManager } from './index.ts';

/** Clients whose passwords are hashed when the test says so. */
async function stage() {
  using setup = new DisposableStack();
  const { registry } = setup.use(registryStage());
  const hashes = new Map<string, PromiseWithResolvers<string>>();
  const clients = createClientManager({
    registry: () => registry,
    connections: () => [],
    passwords: {
      hashPassword(password) {
        const hash = Promise.withResolvers<string>();
        hashes.set(password, hash);
        return hash.promise;
      },
    },
    signup: false,
  });
  await clients.start(new AbortController().signal);
  clients.register('ann', [], []);
  const owned = setup.move();
  return {
    clients,
    passwordOf: () => registry.sessions.passwordOf('ann'),
    hashed: (password: string) => hashes.get(password)?.resolve(`hash of ${password}`),
    failed: (password: string, error: Error) => hashes.get(password)?.reject(error),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

describe('ClientManager.setPassword()', () => {
  it('[AU40] of two passwords at once the one asked for last holds, whichever is hashed first', async () => {
    using scene = await stage();
    const { clients, passwordOf, hashed } = scene;
    const earlier = clients.setPassword('ann', 'earlier');
    const later = clients.setPassword('ann', 'later');
    hashed('later');
    await later;
    hashed('earlier');
    await earlier;
    expect(passwordOf()).toBe('hash of later');

    const first = clients.setPassword('ann', 'first');
    const second = clients.setPassword('ann', 'second');
    hashed('first');
    await first;
    expect(passwordOf()).toBe('hash of first');
    hashed('second');
    await second;
    expect(passwordOf()).toBe('hash of second');
  });

  it('[AU40] a password that is removed stays removed, though one asked for before is hashed only then', async () => {
    using scene = await stage();
    const { clients, passwordOf, hashed } = scene;
    const earlier = clients.setPassword('ann', 'earlier');
    await clients.setPassword('ann', null);
    hashed('earlier');
    await earlier;
    expect(passwordOf()).toBeUndefined();
  });

  it('[AU40] a password that cannot be set keeps none from being set', async () => {
    using scene = await stage();
    const { clients, passwordOf, hashed, failed } = scene;
    const earlier = clients.setPassword('ann', 'earlier');
    const later = clients.setPassword('ann', 'later');
    failed('later', new RequestError('UNAVAILABLE_ERR', 'too many wait'));
    await expect(later).rejects.toThrow('too many wait');
    hashed('earlier');
    await earlier;
    expect(passwordOf()).toBe('hash of earlier');
  });
});
