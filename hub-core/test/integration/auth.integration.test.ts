import { describe, expect, it } from 'vitest';
import type { ClientId } from '../../common/base/ids.ts';
import { CredentialError } from '../../common/errors/hub-error.ts';
import { createAuth, type Auth, type PresentedCredential } from '../../server/modules/auth/index.ts';
import { VerdictCache } from '../../server/modules/auth/verdict-cache.ts';
import { hashKey, makeKey } from '../../server/storage/key.ts';
import { registryStage, type RegistryStage } from '../support/registry-stage.ts';

const never = new AbortController().signal;

interface AuthStage extends RegistryStage {
  readonly auth: Auth;
  /** The text of a refusal. */
  readonly refused: (credential: PresentedCredential) => Promise<string>;
}

async function authStage(): Promise<AuthStage> {
  const stage = registryStage();
  const auth = createAuth({ registry: () => stage.registry, clock: stage.clock });
  await auth.start(never);
  const refused = async (credential: PresentedCredential): Promise<string> => {
    const error: unknown = await auth.authenticate(credential).catch((reason: unknown) => reason);
    if (!(error instanceof CredentialError)) throw new Error('it was not refused', { cause: error });
    expect(error.status).toBe(401);
    return error.message;
  };
  return { ...stage, auth, refused, [Symbol.dispose]: () => stage[Symbol.dispose]() };
}

/** The same credential with another secret. */
const forged = (key: string): string => key.slice(0, -43) + makeKey().key.slice(-43);

describe('Auth.authenticate()', () => {
  it('[AU1] without a credential everyone is anonymous, with no grants', async () => {
    using stage = await authStage();
    const anonymous = { clientId: 'anonymous', role: 'anonymous', grants: { call: [], provide: [] } };
    expect(await stage.auth.authenticate(undefined)).toEqual(anonymous);
    expect(await stage.auth.authenticate({})).toEqual(anonymous);
  });

  it('[AU2] a key proves its client, with or without the client’s id', async () => {
    using stage = await authStage();
    const { key, credential } = stage.registry.add({ client: 'a', mayCall: ['x*'], mayProvide: [] });
    const grants = { call: ['x*'], provide: [] };
    const principal = { clientId: 'a', role: 'client', grants, credential: `key:${credential}` };
    expect(await stage.auth.authenticate({ key })).toEqual(principal);
    expect(await stage.auth.authenticate({ client: 'a', key })).toEqual(principal);
  });

  it('[AU2] each of a client’s keys proves it', async () => {
    using stage = await authStage();
    const first = stage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    const second = stage.registry.addCredential('a');
    const both = await Promise.all([first, second].map(({ key }) => stage.auth.authenticate({ key })));
    expect(both.map(({ clientId }) => clientId)).toEqual(['a', 'a']);
  });

  it('[AU2] a manager is one', async () => {
    using stage = await authStage();
    const { key } = stage.registry.add({ client: 'root', role: 'manager', mayCall: [], mayProvide: [] });
    expect(await stage.auth.authenticate({ key })).toMatchObject({ role: 'manager' });
  });

  it('[AU3] who has not the right key is told the same, whether client and key exist or not', async () => {
    using stage = await authStage();
    const { key } = stage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    const text = (client: string): string => `Cannot accept client "${client}": the client or the key is unknown`;
    expect(await stage.refused({ client: 'a', key: forged(key) })).toBe(text('a'));
    expect(await stage.refused({ client: 'a', key: makeKey().key })).toBe(text('a'));
    expect(await stage.refused({ client: 'a', key: 'not a key' })).toBe(text('a'));
    expect(await stage.refused({ client: 'b', key: makeKey().key })).toBe(text('b'));
    expect(await stage.refused({ key: forged(key) })).toBe('Cannot accept the key: it is unknown');
  });

  it('[AU3] who has a right key is told what is wrong', async () => {
    using stage = await authStage();
    const { key } = stage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    stage.registry.add({ client: 'b', mayCall: [], mayProvide: [] });
    const text = 'Cannot accept the key for client "b": it belongs to another client';
    expect(await stage.refused({ client: 'b', key })).toBe(text);
    await stage.auth.authenticate({ key });
    expect(await stage.refused({ client: 'b', key })).toBe(text);
  });

  it('[AU3] a client without a key, and an unknown token, are refused', async () => {
    using stage = await authStage();
    expect(await stage.refused({ client: 'a' })).toBe('Cannot accept client "a": it sent no key');
    const text = 'Cannot accept the token: it is unknown';
    expect(await stage.refused({ token: 'eyJ' })).toBe(text);
    expect(await stage.refused({ client: 'a', token: 'eyJ' })).toBe(text);
  });

  it('[AU4] a revocation holds at once, also for a key that was proved before, until it is taken back', async () => {
    using stage = await authStage();
    const { registry, auth, refused } = stage;
    const { key, credential } = registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    await auth.authenticate({ key });
    registry.revoke('a');
    expect(await refused({ key })).toBe('Cannot accept the key: it was revoked');
    expect(await refused({ client: 'a', key })).toBe('Cannot accept client "a": the key was revoked');
    registry.restore('a');
    expect(await auth.authenticate({ key })).toMatchObject({ clientId: 'a' });
    registry.revokeCredential('a', credential);
    expect(await refused({ key })).toBe('Cannot accept the key: it was revoked');
  });

  it('[AU5] a client that another process added a moment ago may come in', async () => {
    using stage = await authStage();
    const { key } = stage.elsewhere.add({ client: 'new', mayCall: [], mayProvide: [] });
    expect(await stage.auth.authenticate({ key })).toMatchObject({ clientId: 'new' });
  });

  it('[AU5] what another process restored a moment ago holds at a failed Hello', async () => {
    using stage = await authStage();
    const { registry, elsewhere, auth, refused } = stage;
    const { key } = registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    registry.revoke('a');
    await refused({ key });
    elsewhere.restore('a');
    expect(await auth.authenticate({ key })).toMatchObject({ clientId: 'a' });
  });

  it('[AU5] what another process revoked holds from the next poll on', async () => {
    using stage = await authStage();
    const { registry, elsewhere, auth, refused } = stage;
    const { key } = registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    await auth.authenticate({ key });
    elsewhere.revoke('a');
    registry.poll();
    expect(await refused({ key })).toBe('Cannot accept the key: it was revoked');
    expect(auth.principalOf('a' as ClientId)).toBeUndefined();
  });

  it('[AU6] notes the use of the key that was presented', async () => {
    using stage = await authStage();
    const { registry, auth, clock, refused } = stage;
    const first = registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    const second = registry.addCredential('a');
    clock.advance(7_000);
    await auth.authenticate({ key: second.key });
    await refused({ client: 'b', key: first.key });
    registry.flushTouches();
    const used = registry.get('a')?.credentials.map(({ id, lastUsedAtMs }) => [id, lastUsedAtMs]);
    expect(new Map(used as [string, number | null][])).toEqual(
      new Map([
        [first.credential, null],
        [second.credential, clock.wallMs()],
      ]),
    );
  });

  it('[AU7] never repeats a key, wherever it was put', async () => {
    using stage = await authStage();
    const { key } = stage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    const secret = key.slice(-43);
    const texts = [
      await stage.refused({ client: key }),
      await stage.refused({ client: key, key }),
      await stage.refused({ client: 'b', key }),
      await stage.refused({ client: 'a', key: `${key}x` }),
      await stage.refused({ client: `${key}\n`, key: forged(key) }),
      await stage.refused({ token: key }),
    ];
    for (const text of texts) expect(text).not.toContain(secret);
    expect(texts[0]).toBe(
      'Cannot accept the client: its id is not 1 to 64 letters, digits, dots, dashes or underscores',
    );
  });

  it('[AU7] before it runs and after it has stopped nobody comes in', async () => {
    using stage = await authStage();
    const { key } = stage.registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    await stage.auth.authenticate({ key });
    await stage.auth.stop();
    await expect(stage.auth.authenticate({ key })).rejects.toThrow(TypeError);
  });
});

describe('Auth.principalOf()', () => {
  it('[AU11] is the same object until the client changes, and then the changed one', async () => {
    using stage = await authStage();
    const { registry, auth } = stage;
    const a = 'a' as ClientId;
    expect(auth.principalOf(a)).toBeUndefined();
    const { key } = registry.add({ client: 'a', mayCall: ['x'], mayProvide: [] });
    const principal = await auth.authenticate({ key });
    expect(await auth.authenticate({ client: 'a', key })).toBe(principal);
    expect(auth.principalOf(a)).toBe(auth.principalOf(a));
    const seen: (readonly string[] | undefined)[] = [];
    auth.onDidChangePrincipal.subscribe((client) => seen.push(auth.principalOf(client)?.grants.call));
    registry.setGrants('a', { mayCall: ['y'], mayProvide: [] });
    registry.revoke('a');
    expect(seen).toEqual([['y'], undefined]);
    expect(principal.grants.call).toEqual(['x']);
  });

  it('[AU11] another client’s change leaves it alone', async () => {
    using stage = await authStage();
    const { registry, auth } = stage;
    const { key } = registry.add({ client: 'a', mayCall: [], mayProvide: [] });
    const principal = await auth.authenticate({ key });
    registry.add({ client: 'b', mayCall: [], mayProvide: [] });
    expect(await auth.authenticate({ key })).toBe(principal);
    expect(auth.renewed(principal)).toBe(principal);
  });
});

describe('Auth.renewed()', () => {
  it('[SE35] is the changed one after a change, nobody after a revocation, and the anonymous as it was', async () => {
    using stage = await authStage();
    const { registry, auth } = stage;
    const { key, credential } = registry.add({ client: 'a', mayCall: ['x'], mayProvide: [] });
    const [principal, anonymous] = [await auth.authenticate({ key }), await auth.authenticate(undefined)];
    registry.setGrants('a', { mayCall: ['y'], mayProvide: [] });
    const changed = auth.renewed(principal)?.grants.call;
    registry.revokeCredential('a', credential);
    expect([changed, auth.renewed(principal), auth.renewed(anonymous)]).toEqual([['y'], undefined, anonymous]);
  });
});

describe('VerdictCache', () => {
  const verdict = (client: string) => ({ clientId: client as ClientId, credential: client });

  it('[AU12] is bounded: the longest known goes first', () => {
    const cache = new VerdictCache(2);
    const hashes = ['1', '2', '3'].map((key) => hashKey(key));
    for (const [index, hash] of hashes.entries()) cache.set(hash, verdict(`c${String(index)}`));
    expect({ size: cache.size, known: hashes.map((hash) => cache.get(hash)?.clientId) }).toEqual({
      size: 2,
      known: [undefined, 'c1', 'c2'],
    });
  });

  it('[AU12] forgets a client’s keys and no other’s', () => {
    const cache = new VerdictCache(10);
    cache.set(hashKey('1'), verdict('a'));
    cache.set(hashKey('2'), verdict('a'));
    cache.set(hashKey('3'), verdict('b'));
    cache.deleteClient('a' as ClientId);
    expect({ size: cache.size, left: cache.get(hashKey('3'))?.clientId }).toEqual({ size: 1, left: 'b' });
    cache.clear();
    expect(cache.size).toBe(0);
  });
});
