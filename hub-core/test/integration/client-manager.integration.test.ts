import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogFields, Logger } from '../../common/log/logger.ts';
import { Kind, Method } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { createHub } from '../../server/hub/create-hub.ts';
import type { Hub } from '../../server/hub/hub.ts';
import { temporaryFolder } from '../support/traffic.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Everything that a hub logs, as one text. */
function recorder(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (fields: LogFields, text: string): void => {
    const { error, ...rest } = fields;
    lines.push(
      `${text} ${JSON.stringify(rest)} ${error instanceof Error ? `${error.message} ${error.stack ?? ''}` : ''}`,
    );
  };
  const log: Logger = { error: note, warn: note, info: note, debug: note, trace: note, child: () => log };
  return { log, lines };
}

let folder: ReturnType<typeof temporaryFolder>;
let hub: Hub;
let lines: string[];

beforeEach(async () => {
  folder = temporaryFolder();
  const recorded = recorder();
  lines = recorded.lines;
  hub = createHub({ dataDir: folder.path, port: 0 }, { log: recorded.log });
  await hub.start();
});

afterEach(async () => {
  await hub.stop();
  folder[Symbol.dispose]();
});

/** Calls the built-in service as a client, or as the console, which is a manager. */
async function call(
  method: Method,
  uri: string,
  options: { readonly as?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const payload = options.body === undefined ? undefined : jsonPayload(options.body);
  const { message } = await hub.compose({ kind: Kind.Request, method, uri, payload, encoding: 1 }, options.as);
  const body = message.payload.byteLength === 0 ? undefined : parseJsonPayload(message.payload);
  return { status: message.status, body };
}

const keyOf = ({ body }: Answer): string => (body as { readonly key: string }).key;

describe('Hub.clients', () => {
  it('[AU13] registers, lists, regrants, revokes and restores, and the event log says so', () => {
    const issued = hub.clients.register('a', ['x'], ['y*']);
    expect(Object.keys(issued)).toEqual(['client', 'key']);
    expect(hub.clients.setGrants('a', ['*'], []).mayCall).toEqual(['*']);
    expect(Object.keys(hub.clients.addCredential('a'))).toEqual(['client', 'key']);
    expect(
      hub.clients.list().map(({ client, connections, credentials }) => [client, connections, credentials.length]),
    ).toEqual([
      ['a', 0, 2],
      ['cli', 0, 1],
    ]);
    const [credential] = hub.clients.list()[0]?.credentials ?? [];
    expect(hub.clients.revokeCredential('a', credential?.id ?? '')).toBe(true);
    expect([
      hub.clients.revoke('a'),
      hub.clients.revoke('a'),
      hub.clients.restore('a'),
      hub.clients.restore('b'),
    ]).toEqual([true, false, true, false]);
    const kinds = hub.events.list(10).map(({ kind }) => kind);
    expect(kinds).toContain('client-registered');
    expect(kinds).toContain('client-revoked');
  });
});

describe('the built-in service clients', () => {
  it('[AU14] GET /clients/ lists every client to managers', async () => {
    hub.clients.register('a', ['x'], ['y']);
    const { status, body } = await call(Method.Get, '/clients/');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      clients: [
        {
          client: 'a',
          role: 'provider',
          may_call: ['x'],
          may_provide: ['y'],
          last_used: null,
          revoked: null,
          connections: 0,
          credentials: [{ last_used: null, revoked: null }],
        },
        { client: 'cli', role: 'root' },
      ],
    });
    expect(await call(Method.Get, '/clients/', { as: 'a' })).toMatchObject({ status: 403 });
  });

  it('[AU14] a client sees itself and no other, a manager everyone', async () => {
    hub.clients.register('a', [], []);
    hub.clients.register('b', [], []);
    for (const path of ['', '/connections', '/credentials']) {
      expect(await call(Method.Get, `/clients/a${path}`, { as: 'a' })).toMatchObject({ status: 200 });
      expect(await call(Method.Get, `/clients/b${path}`, { as: 'a' })).toMatchObject({ status: 403 });
      expect(await call(Method.Get, `/clients/b${path}`)).toMatchObject({ status: 200 });
      expect(await call(Method.Get, `/clients/nobody${path}`)).toMatchObject({
        status: 404,
        body: { detail: 'Cannot find client "nobody": it is not registered' },
      });
    }
  });

  it('[AU15] PUT registers an unknown client and gives its key, once', async () => {
    const created = await call(Method.Put, '/clients/a', { body: { may_call: ['x'] } });
    expect(created).toMatchObject({ status: 201, body: { client: 'a', may_call: ['x'], may_provide: [] } });
    expect(keyOf(created)).toMatch(/^whub_/);
    expect((await hub.authenticate(keyOf(created))).clientId).toBe('a');
    const again = await call(Method.Put, '/clients/a', { body: { may_provide: ['z'] } });
    expect(again).toMatchObject({ status: 200, body: { may_call: ['x'], may_provide: ['z'] } });
    expect(keyOf(again)).toBeUndefined();
  });

  it('[AU15] only managers change grants', async () => {
    hub.clients.register('a', [], []);
    expect(await call(Method.Put, '/clients/a', { as: 'a', body: { may_call: ['*'] } })).toMatchObject({
      status: 403,
      body: { detail: 'Cannot change what client "a" is granted: only managers may' },
    });
    expect(await call(Method.Put, '/clients/a', { as: 'a' })).toMatchObject({ status: 200, body: { may_call: [] } });
    expect(await call(Method.Put, '/clients/b', { as: 'a' })).toMatchObject({ status: 403 });
  });

  it.each([
    [{ role: 'manager' }, 'Unrecognized key'],
    [{ may_call: 'x' }, '"may_call"'],
    [{ may_call: [7] }, '"may_call.0"'],
    [{ may_call: ['A B'] }, 'Cannot grant "A B"'],
    [[], 'expected object'],
  ])('[AU15] refuses the body %j', async (body, detail) => {
    const answer = await call(Method.Put, '/clients/a', { body });
    expect(answer.status).toBe(400);
    expect((answer.body as { readonly detail: string }).detail).toContain(detail);
    expect(hub.clients.list().map(({ client }) => client)).toEqual(['cli']);
  });

  it('[AU15] refuses an id that is none', async () => {
    expect(await call(Method.Put, '/clients/a%20b', { body: {} })).toMatchObject({ status: 400 });
    expect(await call(Method.Put, '/clients/anonymous', { body: {} })).toMatchObject({ status: 400 });
  });

  it('[AU16] DELETE revokes: by managers only, and again without harm', async () => {
    const { key } = hub.clients.register('a', [], []);
    expect(await call(Method.Delete, '/clients/a', { as: 'a' })).toMatchObject({ status: 403 });
    expect(await call(Method.Delete, '/clients/a')).toEqual({ status: 204, body: undefined });
    expect(await call(Method.Delete, '/clients/a')).toEqual({ status: 204, body: undefined });
    expect(await call(Method.Delete, '/clients/b')).toMatchObject({ status: 404 });
    await expect(hub.authenticate(key)).rejects.toThrow('it was revoked');
  });

  it('[AU17] a client manages its own keys', async () => {
    hub.clients.register('a', [], []);
    hub.clients.register('b', [], []);
    const added = await call(Method.Post, '/clients/a/credentials', { as: 'a' });
    expect(added).toMatchObject({ status: 201, body: { client: 'a' } });
    const { credential } = added.body as { readonly credential: string };
    expect(await call(Method.Post, '/clients/b/credentials', { as: 'a' })).toMatchObject({ status: 403 });
    expect(await call(Method.Delete, `/clients/a/credentials/${credential}`, { as: 'b' })).toMatchObject({
      status: 403,
    });
    expect(await call(Method.Delete, `/clients/b/credentials/${credential}`, { as: 'b' })).toMatchObject({
      status: 404,
    });
    expect(await call(Method.Delete, `/clients/a/credentials/${credential}`, { as: 'a' })).toMatchObject({
      status: 204,
    });
    await expect(hub.authenticate(keyOf(added))).rejects.toThrow('it was revoked');
    const { body } = await call(Method.Get, '/clients/a/credentials', { as: 'a' });
    const { credentials } = body as { readonly credentials: readonly { readonly revoked: string | null }[] };
    expect(credentials.filter(({ revoked }) => revoked !== null)).toHaveLength(1);
  });
});

describe('redaction', () => {
  it('[AU7] no key is in a log line, an error, an event or a snapshot', async () => {
    const keys = [hub.clients.register('a', ['*'], ['*']).key, hub.clients.addCredential('a').key];
    keys.push(keyOf(await call(Method.Put, '/clients/b', { body: {} })));
    keys.push(keyOf(await call(Method.Post, '/clients/b/credentials')));
    const told: string[] = [];
    const socketError = await new Promise<string>((resolve) => {
      const socket = new WebSocket(hub.address.url, 'whub.v1.json');
      socket.addEventListener('open', () =>
        socket.send(JSON.stringify({ kind: 'hello', payload: { client: 'b', key: keys[0], agent: 'probe/1' } })),
      );
      socket.addEventListener('message', ({ data }) => told.push(String(data)));
      socket.addEventListener('close', ({ reason }) => resolve(reason));
    });
    for (const uri of ['/clients/', '/clients/a', '/clients/a/credentials', '/status/', '/status/modules']) {
      told.push(JSON.stringify((await call(Method.Get, uri)).body));
    }
    // Its own path is repeated to the caller who sent it, and to nobody else.
    await call(Method.Delete, `/clients/a/credentials/${String(keys[0])}`);
    hub.clients.revoke('a');
    const everything = [
      ...lines,
      ...told,
      socketError,
      JSON.stringify([hub.clients.list(), hub.connections.list(), hub.events.list(100), hub.modules()]),
    ];
    const secrets = keys.map((key) => key.slice(-43));
    expect(told.some((text) => text.includes('it belongs to another client'))).toBe(true);
    expect(lines.length).toBeGreaterThan(5);
    expect(everything.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  });
});
