import { describe, expect, it } from 'vitest';
import { listClients, addClient } from '../../host/registry-admin.ts';
import { passwordMatches } from '../../server/storage/password.ts';
import { ClientRegistry } from '../../server/storage/client-registry.ts';
import { openHubDatabase } from '../../server/storage/database.ts';
import { createTestTerminal } from '../../test/support/test-terminal.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { temporaryFolder } from '../../test/support/traffic.ts';
import { changeGrants, password } from './client-access.ts';

function stage() {
  const folder = temporaryFolder();
  addClient(folder.path, { client: 'web', mayCall: ['x'], mayProvide: [] });
  return { data: folder.path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function hashOf(data: string): string | undefined {
  using database = openHubDatabase(data);
  return new ClientRegistry(database, new FakeClock()).sessions.passwordOf('web');
}

const grantsOf = (data: string): unknown =>
  listClients(data).map(({ client, mayCall, mayProvide }) => ({ client, mayCall, mayProvide }));

describe('whub client grant, ungrant', () => {
  it('[AU43] add to what a client may do, and take from it', async () => {
    using folder = stage();
    const { data } = folder;
    const terminal = createTestTerminal();
    await changeGrants('web', { data, take: false, call: ['y*', 'x'], provide: ['web'] }, terminal);
    expect(grantsOf(data)).toEqual([{ client: 'web', mayCall: ['x', 'y*'], mayProvide: ['web'] }]);
    await changeGrants('web', { data, take: true, call: ['x', 'none'], provide: ['web'] }, terminal);
    expect(grantsOf(data)).toEqual([{ client: 'web', mayCall: ['y*'], mayProvide: [] }]);
    expect(terminal.written.stderr).toContain('client "web" may call y* and provide -');
  });

  it('[AU43] refuse what is no pattern, no change, and nobody', async () => {
    using folder = stage();
    const { data } = folder;
    const run = (client: string, call: readonly string[]) =>
      changeGrants(client, { data, take: false, call }, createTestTerminal());
    await expect(run('web', ['/x'])).rejects.toMatchObject({ exitCode: 2 });
    await expect(run('web', [])).rejects.toMatchObject({ exitCode: 2 });
    await expect(run('nobody', ['x'])).rejects.toThrow('Cannot find client "nobody"');
  });
});

describe('whub client password', () => {
  it('[AU43] takes the first line of stdin, shows it nowhere, and takes it away again', async () => {
    using folder = stage();
    const { data } = folder;
    const terminal = createTestTerminal({ stdin: 'correct horse battery\nmore\n' });
    await password('web', { data, stdin: true }, terminal);
    expect(await passwordMatches('correct horse battery', hashOf(data))).toBe(true);
    await password('web', { data, remove: true }, terminal);
    expect(hashOf(data)).toBeUndefined();
    expect(JSON.stringify(terminal.written)).not.toContain('horse');
  });

  it('[AU43] refuses one that is too short, nobody, and to ask where there is no terminal', async () => {
    using folder = stage();
    const { data } = folder;
    const typed = (stdin: string) => createTestTerminal({ stdin });
    await expect(password('web', { data, stdin: true }, typed('short'))).rejects.toMatchObject({ exitCode: 2 });
    await expect(password('web', { data }, typed('long enough'))).rejects.toThrow('--stdin');
    await expect(password('nobody', { data, stdin: true }, typed('long enough'))).rejects.toThrow('Cannot find');
  });

  it('[AU43] asks twice at a terminal, and shows nothing of it', async () => {
    using folder = stage();
    const { data } = folder;
    const asked = async (...lines: readonly string[]): Promise<string> => {
      const terminal = createTestTerminal({ typed: lines });
      await password('web', { data }, terminal);
      return terminal.written.stderr;
    };
    const shown = await asked('correct horse', 'correct horse');
    expect(await passwordMatches('correct horse', hashOf(data))).toBe(true);
    expect(shown).toMatch(/^password: \nonce more: \nclient "web" has a new password/);
    await expect(asked('correct horse', 'correct hose')).rejects.toThrow('the two are not the same');
  });
});
