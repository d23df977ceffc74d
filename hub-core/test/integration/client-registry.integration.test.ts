import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { HubError } from '../../common/errors/hub-error.ts';
import { hashKey, hashMatches } from '../../server/storage/key.ts';
import { ensureLocalCredential } from '../../server/storage/local-credential.ts';
import { registryStage } from '../support/registry-stage.ts';

const NO_GRANTS = { mayCall: [], mayProvide: [] };

function refusal(run: () => unknown): { readonly name: string; readonly text: string } {
  try {
    run();
  } catch (error) {
    const { errorName, message } = error as HubError;
    return { name: errorName, text: message };
  }
  throw new Error('it was not refused');
}

describe('ClientRegistry.add()', () => {
  it('[ST7] registers a client with grants and a first key', () => {
    using stage = registryStage();
    const { registry, clock } = stage;
    const issued = registry.add({ client: 'billing', mayCall: ['tax*', 'math', 'tax*'], mayProvide: ['billing'] });
    expect(issued.key).toMatch(/^whub_[a-z0-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect(registry.get('billing')).toEqual({
      client: 'billing',
      role: 'provider',
      mayCall: ['tax*', 'math'],
      mayProvide: ['billing'],
      createdAtMs: clock.wallMs(),
      lastUsedAtMs: null,
      revokedAtMs: null,
      credentials: [
        {
          id: issued.credential,
          prefix: issued.key.slice(0, 20),
          createdAtMs: clock.wallMs(),
          lastUsedAtMs: null,
          revokedAtMs: null,
        },
      ],
    });
    expect(registry.list()).toEqual([registry.get('billing')]);
  });

  it('[ST7] refuses a known id and says what to do instead', () => {
    using stage = registryStage();
    stage.registry.add({ client: 'a', ...NO_GRANTS });
    const before = stage.registry.get('a');
    expect(refusal(() => stage.registry.add({ client: 'a', mayCall: ['*'], mayProvide: [] }))).toEqual({
      name: 'CONFLICT_ERR',
      text: 'Cannot register client "a": it is registered already; add a key to it instead',
    });
    expect(stage.registry.get('a')).toEqual(before);
  });

  it('[ST7] refuses a wrong id, the reserved one, and a wrong grant', () => {
    using stage = registryStage();
    const { registry } = stage;
    expect(refusal(() => registry.add({ client: 'a b', ...NO_GRANTS }))).toMatchObject({ name: 'BAD_REQUEST_ERR' });
    expect(refusal(() => registry.add({ client: 'anonymous', ...NO_GRANTS }))).toMatchObject({
      name: 'BAD_REQUEST_ERR',
    });
    expect(refusal(() => registry.add({ client: 'a', mayCall: ['Math'], mayProvide: [] }))).toEqual({
      name: 'BAD_REQUEST_ERR',
      text: 'Cannot grant "Math" to client "a": a grant is a service id, in which * stands for any run of characters',
    });
    const many = Array.from({ length: 65 }, (_, index) => `s${String(index)}`);
    expect(refusal(() => registry.add({ client: 'a', mayCall: [], mayProvide: many }))).toMatchObject({
      text: 'Cannot grant client "a" 65 patterns: at most 64 of a kind',
    });
    expect(registry.list()).toEqual([]);
  });

  it('[ST8] keeps the key nowhere: its hash and its beginning are all that is stored', () => {
    using stage = registryStage();
    const { key, credential } = stage.registry.add({ client: 'a', ...NO_GRANTS });
    const secret = key.slice(`whub_${credential}_`.length);
    const stored = readdirSync(stage.dataDir).map((file) => readFileSync(join(stage.dataDir, file), 'latin1'));
    expect(stored.some((content) => content.includes(credential))).toBe(true);
    expect(stored.some((content) => content.includes(secret.slice(0, 8)))).toBe(false);
    expect(hashMatches(hashKey(key), stage.registry.findCredential(key)?.hash)).toBe(true);
  });
});

describe('ClientRegistry credentials', () => {
  it('[ST9] a client has several keys, each revoked by itself', () => {
    using stage = registryStage();
    const { registry } = stage;
    const first = registry.add({ client: 'a', ...NO_GRANTS });
    const second = registry.addCredential('a');
    expect(registry.revokeCredential('a', first.credential)).toBe(true);
    expect(registry.revokeCredential('a', first.credential)).toBe(false);
    expect(registry.revokeCredential('other', second.credential)).toBe(false);
    expect(registry.findCredential(first.key)?.revoked).toBe(true);
    expect(registry.findCredential(second.key)?.revoked).toBe(false);
  });

  it('[ST9] a revocation of the client takes its keys along and gives them back, but not those revoked before', () => {
    using stage = registryStage();
    const { registry, clock } = stage;
    const first = registry.add({ client: 'a', ...NO_GRANTS });
    const second = registry.addCredential('a');
    registry.revokeCredential('a', first.credential);
    clock.advance(1_000);
    const revokedAtMs = clock.wallMs();
    expect([registry.revoke('a'), registry.revoke('a'), registry.revoke('nobody')]).toEqual([true, false, false]);
    expect(registry.findCredential(second.key)?.revoked).toBe(true);
    const shown = registry.get('a')?.credentials.find(({ id }) => id === second.credential);
    expect(shown?.revokedAtMs).toBe(revokedAtMs);
    expect([registry.restore('a'), registry.restore('a')]).toEqual([true, false]);
    expect(registry.findCredential(second.key)?.revoked).toBe(false);
    expect(registry.findCredential(first.key)?.revoked).toBe(true);
  });

  it('[ST9] a revoked client, an unknown one and one with 64 live keys get no further key', () => {
    using stage = registryStage();
    const { registry } = stage;
    registry.add({ client: 'a', ...NO_GRANTS });
    expect(refusal(() => registry.addCredential('nobody'))).toMatchObject({ name: 'NOT_FOUND_ERR' });
    for (let count = 1; count < 64; count += 1) registry.addCredential('a');
    expect(refusal(() => registry.addCredential('a'))).toMatchObject({ name: 'CONFLICT_ERR' });
    registry.revoke('a');
    expect(refusal(() => registry.addCredential('a'))).toEqual({
      name: 'CONFLICT_ERR',
      text: 'Cannot add a key to client "a": it is revoked; restore it first',
    });
  });

  it.each([
    '',
    'whub_',
    'whub_abcdefghij_short',
    `whub_abcdefghij_${'x'.repeat(43)}`,
    `x${'y'.repeat(58)}`,
    'whub_%_x',
  ])('[ST9] findCredential() knows nothing of %j', (key) => {
    using stage = registryStage();
    expect(stage.registry.findCredential(key)).toBeUndefined();
  });

  it('[ST10] touch() is written at the next flush, in one go, and shows in the client too', () => {
    using stage = registryStage();
    const { registry, elsewhere, clock } = stage;
    const { credential } = registry.add({ client: 'a', ...NO_GRANTS });
    clock.advance(5_000);
    registry.touch(credential);
    expect(elsewhere.get('a')?.lastUsedAtMs).toBeNull();
    registry.flushTouches();
    registry.flushTouches();
    expect(elsewhere.get('a')).toMatchObject({
      lastUsedAtMs: clock.wallMs(),
      credentials: [{ lastUsedAtMs: clock.wallMs() }],
    });
  });
});

describe('ClientRegistry changes', () => {
  it('[ST11] setGrants() replaces what a client may do', () => {
    using stage = registryStage();
    const { registry } = stage;
    registry.add({ client: 'a', mayCall: ['x'], mayProvide: ['y'] });
    expect(registry.setGrants('a', { mayCall: ['z', '*'], mayProvide: [] })).toMatchObject({
      mayCall: ['z', '*'],
      mayProvide: [],
    });
    expect(refusal(() => registry.setGrants('b', NO_GRANTS))).toMatchObject({ name: 'NOT_FOUND_ERR' });
    expect(refusal(() => registry.setGrants('a', { mayCall: [' '], mayProvide: [] }))).toMatchObject({
      name: 'BAD_REQUEST_ERR',
    });
    expect(registry.get('a')?.mayCall).toEqual(['z', '*']);
  });

  it('[ST6] own changes are announced at once, each once, and only real ones', () => {
    using stage = registryStage();
    const { registry } = stage;
    const changed: string[] = [];
    registry.onDidChange.subscribe((client) => changed.push(client));
    registry.add({ client: 'a', ...NO_GRANTS });
    registry.setGrants('a', { mayCall: ['x'], mayProvide: [] });
    registry.addCredential('a');
    registry.revokeCredential('a', 'nothing');
    registry.restore('a');
    registry.revoke('a');
    registry.poll();
    expect(changed).toEqual(['a', 'a', 'a', 'a']);
  });

  it('[ST6] what another process changed is announced at the next poll, client by client', () => {
    using stage = registryStage();
    const { registry, elsewhere } = stage;
    registry.add({ client: 'a', ...NO_GRANTS });
    registry.add({ client: 'b', ...NO_GRANTS });
    const changed: string[] = [];
    registry.onDidChange.subscribe((client) => changed.push(client));
    registry.poll();
    elsewhere.revoke('b');
    elsewhere.add({ client: 'c', ...NO_GRANTS });
    elsewhere.touch('nothing');
    elsewhere.flushTouches();
    expect(changed).toEqual([]);
    registry.poll();
    registry.poll();
    expect(changed).toEqual(['b', 'c']);
  });

  it('[ST6] an own change does not hide what another process did just before', () => {
    using stage = registryStage();
    const { registry, elsewhere } = stage;
    registry.add({ client: 'a', ...NO_GRANTS });
    registry.add({ client: 'b', ...NO_GRANTS });
    const changed: string[] = [];
    registry.onDidChange.subscribe((client) => changed.push(client));
    elsewhere.revoke('b');
    registry.revoke('a');
    registry.poll();
    expect(changed).toEqual(['b', 'a']);
  });

  it('[ST6] a listener may change the registry itself', () => {
    using stage = registryStage();
    const { registry } = stage;
    const changed: string[] = [];
    registry.onDidChange.subscribe((client) => {
      changed.push(client);
      if (client === 'a') registry.add({ client: 'b', ...NO_GRANTS });
    });
    registry.add({ client: 'a', ...NO_GRANTS });
    expect(changed).toEqual(['a', 'b']);
  });

  it('[ST12] another program that writes for too long is waited for a while, then named', () => {
    using stage = registryStage();
    const writer = new Database(join(stage.dataDir, 'hub.db'));
    writer.exec('BEGIN IMMEDIATE');
    try {
      expect(refusal(() => stage.registry.add({ client: 'a', ...NO_GRANTS }))).toEqual({
        name: 'UNAVAILABLE_ERR',
        text: 'Cannot write the registry: another program is writing it; try again',
      });
    } finally {
      writer.close();
    }
    stage.registry.add({ client: 'a', ...NO_GRANTS });
    expect(stage.registry.list()).toHaveLength(1);
  });
});

describe('ensureLocalCredential()', () => {
  const read = (dataDir: string): string => readFileSync(join(dataDir, 'cli.key'), 'utf8').trim();

  it('[ST13] makes the root client `cli` and its key file for this user alone, once', () => {
    using stage = registryStage();
    const { dataDir, registry } = stage;
    ensureLocalCredential(dataDir, registry);
    const key = read(dataDir);
    expect(registry.get('cli')).toMatchObject({ role: 'root', mayCall: ['*'], mayProvide: ['*'] });
    expect(hashMatches(hashKey(key), registry.findCredential(key)?.hash)).toBe(true);
    expect((statSync(join(dataDir, 'cli.key')).mode & 0o777).toString(8)).toBe('600');
    ensureLocalCredential(dataDir, registry);
    expect(read(dataDir)).toBe(key);
    expect(readdirSync(dataDir).filter((file) => file.startsWith('cli.key'))).toEqual(['cli.key']);
  });

  it('[ST13] replaces a key file that is of no use', () => {
    using stage = registryStage();
    const { dataDir, registry } = stage;
    writeFileSync(join(dataDir, 'cli.key'), `whub_abcdefghij_${'x'.repeat(43)}\n`);
    ensureLocalCredential(dataDir, registry);
    const first = read(dataDir);
    writeFileSync(join(dataDir, 'cli.key'), 'half a ke');
    ensureLocalCredential(dataDir, registry);
    const second = read(dataDir);
    expect([first, second].map((key) => registry.findCredential(key)?.clientId)).toEqual(['cli', 'cli']);
    expect(second).not.toBe(first);
  });

  it('[ST13] a place where no key file can be is one clear line, and leaves nothing behind', () => {
    using stage = registryStage();
    const { dataDir, registry } = stage;
    const path = join(dataDir, 'cli.key');
    mkdirSync(join(path, 'full'), { recursive: true });
    expect(() => ensureLocalCredential(dataDir, registry)).toThrow(`Cannot open "${path}"`);
    expect(() => ensureLocalCredential(dataDir, registry)).toThrow(`Cannot open "${path}"`);
    expect(readdirSync(dataDir).filter((file) => file.startsWith('cli.key'))).toEqual(['cli.key']);
    rmdirSync(join(path, 'full'));
    rmdirSync(path);
    ensureLocalCredential(dataDir, registry);
    expect(registry.findCredential(read(dataDir))?.clientId).toBe('cli');
  });

  it('[ST13] does not undo a revocation, of the client or of its key', () => {
    using stage = registryStage();
    const { dataDir, registry } = stage;
    ensureLocalCredential(dataDir, registry);
    const key = read(dataDir);
    registry.revokeCredential('cli', registry.findCredential(key)?.id ?? '');
    ensureLocalCredential(dataDir, registry);
    expect(read(dataDir)).toBe(key);
    registry.revoke('cli');
    writeFileSync(join(dataDir, 'cli.key'), 'lost');
    ensureLocalCredential(dataDir, registry);
    expect([read(dataDir), registry.get('cli')?.credentials.length]).toEqual(['lost', 1]);
  });
});
