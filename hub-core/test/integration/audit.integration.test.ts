import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { addClient, revokeClient } from '../../host/registry-admin.ts';
import { listAudit } from '../../host/local-audit.ts';
import { CliProcess } from '../support/cli-process.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, WireClient } from '../support/wire-client.ts';

type Row = readonly [actor: string, via: string, address: string | null, action: string, target: string];

const rowsOf = ({ hub }: TestHub): readonly Row[] =>
  hub.audit
    .list({ limit: 100 })
    .map(({ actor, via, address, action, target }): Row => [actor, via, address, action, target])
    .toReversed();

const put = (uri: string, body: unknown, init: Partial<MessageInit> = {}): Omit<MessageInit, 'kind'> => ({
  method: Method.Put,
  uri,
  encoding: Encoding.Json,
  payload: jsonPayload(body),
  ...init,
});

describe('audit of a running hub', () => {
  it('[AD1, AD5] notes what requests to built-in services change, from where and by whom, and no refused ones', async () => {
    await using stage = await startTestHub();
    const local = readFileSync(join(stage.dataDir, 'cli.key'), 'utf8').trim();
    await using manager = await WireClient.open(stage.url, { key: local });
    const [{ client: boss } = { client: '' }] = stage.hub.connections.list();
    expect(
      (await manager.request(put('/clients/cat?x=secret', { may_call: ['echo'], may_provide: ['*'] }))).status,
    ).toBe(201);
    const key = stage.hub.clients.addCredential('cat').key;
    await using cat = await WireClient.open(stage.url, { key });
    expect((await cat.request(put('/clients/dog', {}))).status).toBe(403);
    await cat.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, echo);
    await cat.request({ ...put('/services/update', { id: 'echo', description: 'new' }), method: Method.Post });
    const headers = { host: `127.0.0.1:${String(stage.port)}`, authorization: `Bearer ${local}` };
    expect((await rawHttp(stage.port, { method: 'DELETE', path: '/clients/cat', headers })).status).toBe(204);
    manager.send({ kind: Kind.Request, id: 77, ...put('/clients/eve', {}, { flags: Flag.OneWay }) });
    await manager.request({ method: Method.Get, uri: '/clients/' });

    expect(rowsOf(stage)).toEqual([
      [boss, 'socket', '127.0.0.1', 'PUT /clients/:id', '/clients/cat'],
      ['console', 'console', null, 'clients.addCredential', 'cat'],
      ['cat', 'socket', '127.0.0.1', 'POST /services/update', '/services/update'],
      [boss, 'http', '127.0.0.1', 'DELETE /clients/:id', '/clients/cat'],
      [boss, 'socket', '127.0.0.1', 'PUT /clients/:id', '/clients/eve'],
    ]);
    const [first] = stage.hub.audit.list({ limit: 100 }).toReversed();
    expect(first?.detail).toBe('may_call ["echo"], may_provide ["*"]');
    expect(JSON.stringify(stage.hub.audit.list({ limit: 100 }))).not.toMatch(/secret|whub_/);
  });

  it('[AD2, AD4] notes what the console changes, and what the hub blocks by itself', async () => {
    await using stage = await startTestHub();
    const { hub } = stage;
    hub.clients.register('cat', ['*'], []);
    hub.clients.setGrants('cat', [], []);
    hub.blocks.add({ kind: 'address', target: '10.0.0.0/8', reason: 'noise', forMs: 0 });
    expect([hub.blocks.remove('address', '10.0.0.0/8'), hub.clients.restore('cat')]).toEqual([true, false]);
    const noted = hub.audit.list({ limit: 10 }).map(({ action, target, detail }) => [action, target, detail]);
    expect(noted.toReversed()).toEqual([
      ['clients.register', 'cat', 'may_call ["*"], may_provide []'],
      ['clients.setGrants', 'cat', 'may_call [], may_provide []'],
      ['blocks.add', '10.0.0.0/8', 'kind address, reason noise, forMs 0'],
      ['blocks.remove', '10.0.0.0/8', 'kind address'],
    ]);
  });

  it('[AD3] notes what the command line changes, by the system’s user, and nothing that it does not', async () => {
    await using stage = await startTestHub();
    addClient(stage.dataDir, { client: 'cat', mayCall: [], mayProvide: [] });
    expect(revokeClient(stage.dataDir, 'nobody')).toBe(false);
    const { username } = userInfo();
    expect(rowsOf(stage)).toEqual([[username, 'cli', null, 'clients.register', 'cat']]);
    expect(listAudit(stage.dataDir, { limit: 5 })).toEqual(stage.hub.audit.list({ limit: 5 }));
  });

  it('[AD9] whub audit shows it, as a table or as JSON', { timeout: 60_000 }, async () => {
    await using stage = await startTestHub();
    stage.addClient('cat');
    stage.addClient('dog');
    const whub = (...args: readonly string[]) => CliProcess.run(['audit', ...args, '--data', stage.dataDir], {});
    const listed: unknown = JSON.parse((await whub('--json', '--limit', '1')).stdout.toString());
    expect(listed).toMatchObject([{ actor: 'console', action: 'clients.register', target: 'dog', address: null }]);
    const { stdout } = await whub();
    expect(stdout.toString()).toMatch(/AT +WHO +VIA[\s\S]*console[\s\S]*dog[\s\S]*cat/);
  });
});
