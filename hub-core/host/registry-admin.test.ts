import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../common/errors/hub-error.ts';
import { temporaryFolder } from '../test/support/traffic.ts';
import { addClient, addClientKey, listClients, restoreClient, revokeClient } from './registry-admin.ts';

describe('registry administration', () => {
  it('[HO15] adds, lists, revokes and restores clients in a folder without a hub', () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const { client, key } = addClient(dataDir, { client: 'alice', mayCall: ['math.*'], mayProvide: [] });
    expect({ client, key }).toEqual({
      client: 'alice',
      key: expect.stringMatching(/^whub_[^_]+_[\w-]{43}$/) as string,
    });
    expect(addClientKey(dataDir, 'alice').key).not.toBe(key);
    expect(listClients(dataDir)).toMatchObject([
      { client: 'alice', mayCall: ['math.*'], mayProvide: [], revokedAtMs: null, credentials: [{}, {}] },
    ]);
    expect([revokeClient(dataDir, 'alice'), revokeClient(dataDir, 'alice'), revokeClient(dataDir, 'bob')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(restoreClient(dataDir, 'alice')).toBe(true);
    expect(statSync(join(dataDir, 'hub.db')).mode & 0o777).toBe(0o600);
  });

  it('[HO15] refuses an id that is known, and a key for one that is not', () => {
    using folder = temporaryFolder();
    addClient(folder.path, { client: 'alice', mayCall: [], mayProvide: [] });
    expect(() => addClient(folder.path, { client: 'alice', mayCall: [], mayProvide: [] })).toThrow(RequestError);
    expect(() => addClientKey(folder.path, 'bob')).toThrow(RequestError);
  });
});
