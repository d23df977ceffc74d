import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { Kind } from '../../common/protocol/message.ts';
import { addClient } from '../../host/registry-admin.ts';
import { claimsSchema, issuedSchema } from '../../server/modules/auth/auth-schemas.ts';
import {
  clientListSchema,
  clientSchema,
  connectionListSchema,
  credentialListSchema,
  issuedSchema as issuedKeySchema,
} from '../../server/modules/client-manager/clients-schemas.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

const PASSWORD = 'correct horse battery';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(
  { httpUrl }: TestHub,
  [method, path]: readonly [method: string, path: string],
  options: { readonly key?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const { key, body } = options;
  const response = await fetch(httpUrl + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : undefined };
}

const managerKey = ({ dataDir }: TestHub, client = 'boss'): string =>
  addClient(dataDir, { client, role: 'manager', mayCall: [], mayProvide: [] }).key;

const rootKey = ({ dataDir }: TestHub): string => readFileSync(join(dataDir, 'cli.key'), 'utf8').trim();

describe('roles', () => {
  it('[AU37] Welcome names the role: client, provider by its grants, manager, root', async () => {
    await using stage = await startTestHub();
    const keys = [
      stage.addClient('a', { provide: [] }),
      stage.addClient('b', { provide: ['b'] }),
      managerKey(stage),
      rootKey(stage),
    ];
    const roles: unknown[] = [];
    for (const key of keys) {
      await using client = await WireClient.connect(stage.url);
      client.hello({ key });
      roles.push((jsonOf(await client.next(Kind.Welcome)) as { readonly role: string }).role);
    }
    expect(roles).toEqual(['client', 'provider', 'manager', 'root']);
  });

  it('[AU37] a provider may do no more than a client: built-in services and /metrics are for managers and root', async () => {
    await using stage = await startTestHub();
    const keys = [stage.addClient('a'), managerKey(stage), rootKey(stage)];
    const paths = ['/status/modules', '/clients/', '/metrics'];
    const statuses = await Promise.all(
      keys.map((key) => Promise.all(paths.map(async (path) => (await ask(stage, ['GET', path], { key })).status))),
    );
    expect(statuses).toEqual([
      [403, 403, 403],
      [200, 200, 200],
      [200, 200, 200],
    ]);
  });

  it('[AU38] a manager can neither change the root client nor become one', async () => {
    await using stage = await startTestHub();
    const key = managerKey(stage);
    const refused = [
      await ask(stage, ['PUT', '/clients/cli'], { key, body: { may_call: [] } }),
      await ask(stage, ['PUT', '/clients/cli'], { key, body: { password: PASSWORD } }),
      await ask(stage, ['DELETE', '/clients/cli'], { key }),
      await ask(stage, ['POST', '/clients/cli/credentials'], { key }),
      await ask(stage, ['PUT', '/clients/boss'], { key, body: { role: 'root' } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 400]);
    const { body } = await ask(stage, ['GET', '/clients/cli'], { key });
    const [credential] = (body as { readonly credentials: readonly { readonly id: string }[] }).credentials;
    const path = `/clients/cli/credentials/${credential?.id ?? ''}`;
    expect((await ask(stage, ['DELETE', path], { key })).status).toBe(403);
    expect(() => stage.hub.clients.revoke('cli')).toThrow("it is the hub's owner");
    expect((await ask(stage, ['GET', '/clients/'], { key: rootKey(stage) })).status).toBe(200);
  });
});

describe('POST /clients/signup', () => {
  it('[AU39] is off by default', async () => {
    await using stage = await startTestHub();
    const body = { client: 'ann', password: PASSWORD };
    expect((await ask(stage, ['POST', '/clients/signup'], { body })).status).toBe(403);
    expect(stage.hub.clients.list().map(({ client }) => client)).toEqual(['cli']);
  });

  it('[AU39] registers a client without grants, which may log in', async () => {
    await using stage = await startTestHub({ auth: { signup: true } });
    const body = { client: 'ann', password: PASSWORD };
    const signed = await ask(stage, ['POST', '/clients/signup'], { body });
    expect(signed).toMatchObject({
      status: 201,
      body: { client: 'ann', role: 'client', may_call: [], may_provide: [], credentials: [] },
    });
    expect(await ask(stage, ['POST', '/auth/login'], { body })).toMatchObject({ status: 200, body: { client: 'ann' } });
    const others = [
      body,
      { ...body, client: 'cli' },
      { ...body, client: 'anonymous' },
      { ...body, client: 'no id' },
      { client: 'bob', password: 'short' },
      { ...body, client: 'bob', role: 'manager' },
    ];
    const statuses = await Promise.all(
      others.map(async (each) => (await ask(stage, ['POST', '/clients/signup'], { body: each })).status),
    );
    expect(statuses).toEqual([409, 409, 400, 400, 400, 400]);
  });
});

describe('PUT /clients/:id with a password', () => {
  it('[AU40] is for the client itself and for managers', async () => {
    await using stage = await startTestHub();
    const key = stage.addClient('ann');
    const body = { password: PASSWORD };
    const put = async (by: string): Promise<number> =>
      (await ask(stage, ['PUT', '/clients/ann'], { key: by, body })).status;
    expect([await put(stage.addClient('bob')), await put(key), await put(managerKey(stage))]).toEqual([403, 200, 200]);
    const login = { client: 'ann', password: PASSWORD };
    expect((await ask(stage, ['POST', '/auth/login'], { body: login })).status).toBe(200);
    expect((await ask(stage, ['PUT', '/clients/ann'], { key, body: { password: null } })).status).toBe(200);
    expect((await ask(stage, ['POST', '/auth/login'], { body: login })).status).toBe(401);
  });

  it('[AU40] one that cannot be a password changes nothing, nor registers anybody', async () => {
    await using stage = await startTestHub();
    const key = managerKey(stage);
    const answer = await ask(stage, ['PUT', '/clients/new'], { key, body: { password: 'short', may_call: ['x'] } });
    expect(answer.status).toBe(400);
    expect((await ask(stage, ['GET', '/clients/new'], { key })).status).toBe(404);
  });
});

describe('the built-in services auth and clients', () => {
  it('[AU44] answer what the schemas of their routes say', async () => {
    await using stage = await startTestHub({ auth: { signup: true } });
    const body = { client: 'ann', password: PASSWORD };
    const key = stage.addClient('boss');
    const answers: [schema: z.ZodType, answer: Answer][] = [
      [clientSchema, await ask(stage, ['POST', '/clients/signup'], { body })],
      [issuedSchema, await ask(stage, ['POST', '/auth/login'], { body })],
      [claimsSchema, await ask(stage, ['POST', '/auth/token'], { key, body: { grant: 'validate' } })],
      [clientSchema, await ask(stage, ['GET', '/clients/boss'], { key })],
      [clientSchema, await ask(stage, ['PUT', '/clients/boss'], { key })],
      [clientSchema, await ask(stage, ['PUT', '/clients/new'], { key: rootKey(stage) })],
      [clientListSchema, await ask(stage, ['GET', '/clients/'], { key: rootKey(stage) })],
      [issuedKeySchema, await ask(stage, ['POST', '/clients/boss/credentials'], { key })],
      [credentialListSchema, await ask(stage, ['GET', '/clients/boss/credentials'], { key })],
    ];
    await using _socket = await WireClient.open(stage.url, { key });
    answers.push([connectionListSchema, await ask(stage, ['GET', '/clients/boss/connections'], { key })]);
    const faults = answers.flatMap(([schema, answer]) => schema.safeParse(answer.body).error?.issues ?? []);
    expect(faults).toEqual([]);
    expect(answers.map(([, { status }]) => status)).toEqual([201, 200, 200, 200, 200, 201, 200, 201, 200, 200]);
  });
});

describe('GET /services/clients/:client', () => {
  it('[AU45] shows a client what it provides itself, and of others what it may call or provide; managers all', async () => {
    await using stage = await startTestHub();
    const keys = {
      provider: stage.addClient('provider', { call: [], provide: ['open', 'hidden'] }),
      caller: stage.addClient('caller', { call: ['open'], provide: [] }),
      manager: managerKey(stage),
    };
    await using provider = await WireClient.open(stage.url, { key: keys.provider });
    for (const id of ['open', 'hidden']) await provider.provide({ id, routes: [{ pattern: '/' }] }, echo);
    const seen = async (key: string): Promise<readonly string[]> => {
      const headers = { authorization: `Bearer ${key}` };
      const response = await fetch(`${stage.httpUrl}/services/clients/provider`, { headers });
      return ((await response.json()) as readonly { readonly id: string }[]).map(({ id }) => id);
    };
    expect([await seen(keys.provider), await seen(keys.caller), await seen(keys.manager)]).toEqual([
      ['hidden', 'open'],
      ['open'],
      ['hidden', 'open'],
    ]);
  });
});
