import { decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ClientId } from '../../common/base/ids.ts';
import { CredentialError } from '../../common/errors/hub-error.ts';
import { DEFAULT_AUTH_LIMITS, type AuthLimits } from '../../server/modules/auth/auth-limits.ts';
import { HashGate } from '../../server/modules/auth/hash-gate.ts';
import { createAuth, type Auth } from '../../server/modules/auth/index.ts';
import { SessionDesk, type LoginTrouble } from '../../server/modules/auth/session-desk.ts';
import { checkPassword, hashPassword, passwordMatches } from '../../server/storage/password.ts';
import { makeKey } from '../../server/storage/key.ts';
import { registryStage, type RegistryStage } from '../support/registry-stage.ts';

const never = new AbortController().signal;
/** Cheap enough for tests. */
const COST = { logN: 4, r: 8, p: 1 };
const LIMITS: AuthLimits = { ...DEFAULT_AUTH_LIMITS, passwordCost: COST };
const MINUTE_MS = 60_000;
const PASSWORD = 'correct horse battery';
const ANN = 'ann' as ClientId;

interface DeskStage extends RegistryStage {
  readonly auth: Auth;
  readonly desk: SessionDesk;
}

/** Client `ann` with a password, and everybody's desk. */
async function deskStage(): Promise<DeskStage> {
  const stage = registryStage();
  const { registry, clock } = stage;
  registry.add({ client: 'ann', mayCall: ['x'], mayProvide: [] });
  registry.sessions.setPassword('ann', await hashPassword(PASSWORD, COST));
  const desk = openDesk(stage);
  // Makes the key that both sign with.
  await desk.login('ann', PASSWORD);
  const auth = createAuth({ registry: () => registry, clock, limits: LIMITS });
  await auth.start(never);
  return { ...stage, auth, desk, [Symbol.dispose]: () => stage[Symbol.dispose]() };
}

function openDesk({ registry, clock }: RegistryStage): SessionDesk {
  const isKnown = (client: ClientId): boolean => registry.get(client)?.revokedAtMs === null;
  return new SessionDesk({ clock, sessions: registry.sessions, limits: LIMITS, isKnown });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CredentialError)) throw new Error('it was not refused', { cause: error });
  return error.message;
}

/** Runs `then` once, right after the session of a token was looked up: as soon as anything else can run. */
function afterNextLookup({ registry: { sessions } }: RegistryStage, then: () => void): void {
  const look = sessions.get.bind(sessions);
  sessions.get = (session) => {
    sessions.get = look;
    queueMicrotask(then);
    return look(session);
  };
}

describe('a logout while a token is looked at', () => {
  it('[AU27] leaves nothing behind that the token would be accepted by', async () => {
    using stage = await deskStage();
    const { token } = await stage.desk.login('ann', PASSWORD);
    const { session } = (await stage.desk.read('access', token)).claims;
    afterNextLookup(stage, () => stage.desk.logout(session));
    const text = 'Cannot accept the token: its session has ended; log in again';
    expect(await refusal(stage.auth.authenticate({ token }))).toBe(text);
    expect(await refusal(stage.auth.authenticate({ token }))).toBe(text);
  });
});

describe('hashPassword()', () => {
  it('[AU20] keeps a salted scrypt hash with its cost, which only that password matches', async () => {
    const [one, other] = await Promise.all([hashPassword(PASSWORD, COST), hashPassword(PASSWORD, COST)]);
    expect(one).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    // The cost is the hash's own, whatever it costs to make one now.
    const matches = [PASSWORD, `${PASSWORD} `, ''].map((typed) => passwordMatches(typed, one, { logN: 5, r: 8, p: 1 }));
    expect(await Promise.all(matches)).toEqual([true, false, false]);
  });

  it('[AU20] takes one text for one password, however its characters are composed', async () => {
    expect(await passwordMatches('pass\u0065\u0301word', await hashPassword('pass\u00e9word', COST), COST)).toBe(true);
  });

  it('[AU20] a password has 8 to 256 characters', () => {
    for (const good of ['12345678', 'x'.repeat(256)]) expect(() => checkPassword(good)).not.toThrow();
    for (const bad of ['', '1234567', 'x'.repeat(257)]) {
      expect(() => checkPassword(bad)).toThrow('Cannot use the password: it must have 8 to 256 characters');
    }
  });

  it('[AU22] nothing matches where there is no hash, or one that cannot be read', async () => {
    expect(await passwordMatches('', undefined, COST)).toBe(false);
    expect(await passwordMatches(PASSWORD, '$scrypt$ln=4$x$y', COST)).toBe(false);
  });
});

describe('HashGate', () => {
  it('[AU41] runs two at a time, in the order they came, and refuses when too many wait', async () => {
    const gate = new HashGate();
    const order: number[] = [];
    const ends: (() => void)[] = [];
    const start = (index: number): Promise<void> =>
      gate.run(() => {
        order.push(index);
        return new Promise((resolve) => ends.push(resolve));
      });
    const running = Array.from({ length: 66 }, (_, index) => start(index));
    await expect(start(66)).rejects.toMatchObject({ status: 503, extra: { retry_after_ms: 1_000 } });
    expect(order).toEqual([0, 1]);
    for (let index = 0; index < running.length; index += 1) {
      ends[index]?.();
      await running[index];
    }
    expect(order).toEqual(Array.from({ length: 66 }, (_, index) => index));
  });

  it('[AU41] one that fails makes room too', async () => {
    const gate = new HashGate();
    const failing = Array.from({ length: 5 }, () => gate.run(() => Promise.reject(new Error('no'))));
    expect((await Promise.allSettled(failing)).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await gate.run(() => Promise.resolve('yes'))).toBe('yes');
  });
});

describe('tokens', () => {
  it('[AU23] a token proves its client until its time is past, and is answered from memory', async () => {
    using stage = await deskStage();
    const { auth, desk, clock } = stage;
    const { token, expiresAtMs } = await desk.login('ann', PASSWORD);
    const principal = await auth.authenticate({ token });
    expect(principal).toMatchObject({ clientId: 'ann', role: 'client', grants: { call: ['x'] } });
    expect(principal.credential).toMatch(/^session:/);
    expect(await auth.authenticate({ client: 'ann', token })).toBe(principal);
    const value = (name: string): number | undefined => auth.metrics?.().find((sample) => sample.name === name)?.value;
    expect([value('verdict_misses_total'), value('verdict_hits_total')]).toEqual([1, 1]);
    clock.advance(expiresAtMs - clock.wallMs());
    expect(await refusal(auth.authenticate({ token }))).toBe('Cannot accept the token: it expired');
  });

  it('[AU24] refuses one of another client, changed, unsigned or signed by somebody else, and repeats none', async () => {
    using stage = await deskStage();
    const { auth, desk, registry, clock } = stage;
    const { token } = await desk.login('ann', PASSWORD);
    registry.add({ client: 'bob', mayCall: [], mayProvide: [] });
    const [header = '', payload = '', signature = ''] = token.split('.');
    const { kid = '' } = decodeProtectedHeader(token);
    const now = Math.floor(clock.wallMs() / 1000);
    const forged = await new SignJWT({ sid: 's', gen: 0 })
      .setProtectedHeader({ alg: 'HS256', typ: 'whub-access+jwt', kid })
      .setIssuer('whub')
      .setSubject('ann')
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .sign(new Uint8Array(32));
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'whub-access+jwt', kid })).toString('base64url');
    const other = Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url');
    const bad = [
      `${header}.${payload}.`,
      `${none}.${payload}.`,
      `${header}.${other}.${signature}`,
      forged,
      'x',
      token + 'x',
    ];
    const texts = await Promise.all(bad.map((each) => refusal(auth.authenticate({ token: each }))));
    expect(new Set(texts)).toEqual(new Set(['Cannot accept the token: it is unknown']));
    const text = await refusal(auth.authenticate({ client: 'bob', token }));
    expect(text).toBe('Cannot accept the token for client "bob": it belongs to another client');
  });

  it('[AU26] a session ends in its time, however often its tokens were renewed, and is then forgotten', async () => {
    using stage = await deskStage();
    const { auth, desk, clock, registry } = stage;
    let tokens = await desk.login('ann', PASSWORD);
    const principal = await auth.authenticate({ token: tokens.token });
    for (let passed = 0; passed < 12 * 60 - 10; passed += 10) {
      clock.advance(10 * MINUTE_MS);
      tokens = await desk.refresh(tokens.refreshToken);
    }
    // The last tokens end with the session, ten minutes from now and not fifteen.
    expect(tokens.expiresAtMs - clock.wallMs()).toBeLessThanOrEqual(10 * MINUTE_MS);
    expect(auth.renewed(principal)).toBe(principal);
    const changed: ClientId[] = [];
    auth.onDidChangePrincipal.subscribe((client) => changed.push(client));
    clock.advance(11 * MINUTE_MS);
    expect(await refusal(desk.refresh(tokens.refreshToken))).toBe('Cannot accept the token: it expired');
    expect(new Set(changed)).toEqual(new Set([ANN]));
    expect(auth.renewed(principal)).toBeUndefined();
    expect(registry.sessions.get(principal.credential?.slice('session:'.length) ?? '')).toBeUndefined();
  });

  it('[AU25] of two that refresh with one token at once, one gets new tokens, and the session ends', async () => {
    using stage = await deskStage();
    const { desk } = stage;
    const trouble: LoginTrouble[] = [];
    desk.onDidHaveTrouble.subscribe((each) => trouble.push(each));
    const { refreshToken } = await desk.login('ann', PASSWORD);
    const both = await Promise.allSettled([
      desk.refresh(refreshToken, '10.0.0.7'),
      desk.refresh(refreshToken, '10.0.0.7'),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const won = both.find((each) => each.status === 'fulfilled');
    expect(await refusal(desk.refresh(won?.value.refreshToken ?? ''))).toContain('its session has ended');
    expect(trouble).toEqual([{ kind: 'refresh-reused', client: 'ann', address: '10.0.0.7' }]);
  });

  it('[AU34] a signing key is replaced in time; what it signed holds, also for a hub that was started again', async () => {
    using stage = await deskStage();
    const { desk, clock, registry } = stage;
    await desk.login('ann', PASSWORD);
    clock.advance(LIMITS.signingKeyMs - MINUTE_MS);
    const old = await desk.login('ann', PASSWORD);
    clock.advance(2 * MINUTE_MS);
    const fresh = await desk.login('ann', PASSWORD);
    expect(decodeProtectedHeader(fresh.token).kid).not.toBe(decodeProtectedHeader(old.token).kid);
    const restarted = openDesk(stage);
    expect((await restarted.read('access', old.token)).claims.client).toBe('ann');
    expect((await restarted.refresh(fresh.refreshToken)).client).toBe('ann');
    expect(registry.sessions.signingKeys()).toHaveLength(2);
    clock.advance(LIMITS.signingKeyMs + LIMITS.sessionMs);
    await desk.login('ann', PASSWORD);
    expect(registry.sessions.signingKeys()).toHaveLength(1);
  });

  it('[AU26] a client has at most 64 sessions: a further login ends the oldest', async () => {
    using stage = await deskStage();
    const { desk, clock } = stage;
    const first = await desk.login('ann', PASSWORD);
    clock.advance(1_000);
    const second = await desk.login('ann', PASSWORD);
    for (let count = 2; count < 65; count += 1) {
      clock.advance(1_000);
      await desk.login('ann', PASSWORD);
    }
    expect(await refusal(desk.read('access', first.token))).toContain('its session has ended');
    expect((await desk.read('access', second.token)).claims.client).toBe('ann');
  });
});

describe('wrong keys', () => {
  it('[AU33] take the same work whether the key is unknown, wrong or no key at all', async () => {
    using stage = await deskStage();
    const { auth, registry } = stage;
    const { key, credential } = registry.add({ client: 'bob', mayCall: [], mayProvide: [] });
    registry.revokeCredential('bob', credential);
    const live = registry.addCredential('bob').key;
    const work = { looks: 0, polls: 0 };
    const [look, poll] = [registry.findCredential.bind(registry), registry.poll.bind(registry)];
    registry.findCredential = (presented) => {
      work.looks += 1;
      return look(presented);
    };
    registry.poll = () => {
      work.polls += 1;
      poll();
    };
    const seen: unknown[] = [];
    for (const wrong of [makeKey().key, live.slice(0, -43) + makeKey().key.slice(-43), 'nonsense', key]) {
      Object.assign(work, { looks: 0, polls: 0 });
      await refusal(auth.authenticate({ key: wrong }));
      seen.push({ ...work });
    }
    expect(seen).toEqual(Array.from({ length: 4 }, () => ({ looks: 2, polls: 1 })));
  });
});
