import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';

const PASSWORD = 'correct horse battery';

interface Tokens {
  readonly token: string;
  readonly refresh_token: string;
  readonly expires_at: string;
  readonly client: string;
  readonly role: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

let stage: TestHub;

beforeEach(async () => {
  stage = await startTestHub();
});
afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

async function post(path: string, body: unknown, token?: string): Promise<Answer> {
  const response = await fetch(`${stage.httpUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

const detailOf = ({ body }: Answer): string => (body as { readonly detail: string }).detail;

/** A client that may call `echo`, with a password. */
async function addUser(client = 'ann'): Promise<string> {
  const key = stage.addClient(client, { call: ['echo'], provide: [] });
  await stage.hub.clients.setPassword(client, PASSWORD);
  return key;
}

async function login(client = 'ann', password = PASSWORD): Promise<Tokens> {
  const { status, body } = await post('/auth/login', { client, password });
  expect(status).toBe(200);
  return body as Tokens;
}

async function provideEcho(): Promise<WireClient> {
  const provider = await WireClient.open(stage.url, { key: stage.addClient('server') });
  await provider.provide({ id: 'echo', routes: [{ pattern: '/' }] }, echo);
  return provider;
}

async function callEcho(token: string): Promise<number> {
  return (await post('/echo/', { hello: 1 }, token)).status;
}

async function expectGoodbye(client: WireClient): Promise<string> {
  const goodbye = await client.next(Kind.Goodbye);
  const { code } = await client.closed;
  expect({ status: goodbye.status, code }).toEqual({ status: 401, code: 4401 });
  return (parseJsonPayload(goodbye.payload) as { readonly detail: string }).detail;
}

describe('POST /auth/login', () => {
  it('[AU21] gives a token that calls services, over HTTP and over a socket', async () => {
    await addUser();
    await using _provider = await provideEcho();
    const tokens = await login();
    expect(tokens).toMatchObject({ token_type: 'Bearer', client: 'ann', role: 'client' });
    expect(Date.parse(tokens.expires_at) - Date.now()).toBeGreaterThan(14 * 60_000);
    expect(await callEcho(tokens.token)).toBe(200);
    await using byHello = await WireClient.open(stage.url, { client: 'ann', token: tokens.token });
    expect((await byHello.request({ method: Method.Get, uri: '/echo/' })).status).toBe(200);
    const headers = { authorization: `Bearer ${tokens.token}` };
    await using byUpgrade = await WireClient.open(stage.url, {}, { headers });
    expect((await byUpgrade.request({ method: Method.Get, uri: '/echo/' })).status).toBe(200);
  });

  it('[AU22] says the same whether the client is unknown, has no password, is revoked, or the password is wrong', async () => {
    await addUser();
    await addUser('gone');
    stage.hub.clients.revoke('gone');
    stage.addClient('keyed');
    const refused = await Promise.all(
      [
        ['ann', 'wrong password'],
        ['nobody', PASSWORD],
        ['keyed', PASSWORD],
        ['gone', PASSWORD],
        ['not an id', PASSWORD],
      ].map(([client, password]) => post('/auth/login', { client, password })),
    );
    const told = new Set(refused.map((answer) => `${String(answer.status)} ${detailOf(answer)}`));
    expect([...told]).toEqual(['401 Cannot log in: the client or the password is unknown']);
  });

  it('[AU36] a refused login is in the event log, without what was typed', async () => {
    await addUser();
    await post('/auth/login', { client: 'ann', password: 'my-other-secret' });
    await post('/auth/login', { client: 'typed-in-the-wrong-field', password: PASSWORD });
    const events = stage.hub.events.list(10).filter(({ kind }) => kind === 'auth-failed');
    expect(events.map(({ text }) => text)).toEqual([
      'Refused a login as an unknown client from 127.0.0.1',
      'Refused a login as ann from 127.0.0.1',
    ]);
    expect(JSON.stringify(stage.hub.events.list(100))).not.toMatch(/my-other-secret|wrong-field|correct horse/);
  });

  it('[AU22] a body that is none gets 400, which does not repeat it', async () => {
    const answers = [
      await post('/auth/login', { client: 'ann' }),
      await post('/auth/login', { client: 'ann', password: 7 }),
      await post('/auth/login', { client: 'ann', password: 'x', more: 'secret-value' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(JSON.stringify(answers)).not.toContain('secret-value');
  });
});

describe('POST /auth/token', () => {
  it('[AU28] validate says whose token it is and how long it holds', async () => {
    await addUser();
    const { token, expires_at: expiresAt } = await login();
    const known = await post('/auth/token', { grant: 'validate', token });
    expect(known).toMatchObject({ status: 200, body: { client: 'ann', role: 'client', expires_at: expiresAt } });
    expect(await post('/auth/token', { grant: 'validate' }, token)).toMatchObject({
      status: 200,
      body: { client: 'ann', role: 'client' },
    });
    expect((await post('/auth/token', { grant: 'validate' })).status).toBe(401);
    expect((await post('/auth/token', { grant: 'validate', token: `${token}x` })).status).toBe(401);
  });

  it('[AU28] another client may not look at it, a manager may', async () => {
    await addUser();
    const { token } = await login();
    const other = stage.addClient('other');
    expect((await post('/auth/token', { grant: 'validate', token }, other)).status).toBe(403);
    const uri = '/auth/token';
    const payload = jsonPayload({ grant: 'validate', token });
    const request = { kind: Kind.Request, method: Method.Post, uri, encoding: Encoding.Json, payload };
    expect((await stage.hub.compose(request, undefined)).message.status).toBe(200);
  });

  it('[AU25] refresh gives new tokens once; a second use ends the session', async () => {
    await addUser();
    await using _provider = await provideEcho();
    const first = await login();
    const answer = await post('/auth/token', { grant: 'refresh', token: first.refresh_token });
    const second = answer.body as Tokens;
    expect([answer.status, await callEcho(second.token), await callEcho(first.token)]).toEqual([200, 200, 200]);
    const again = await post('/auth/token', { grant: 'refresh', token: first.refresh_token });
    expect([again.status, detailOf(again)]).toEqual([
      401,
      'Cannot accept the token: it was used before, so its session was ended; log in again',
    ]);
    expect([await callEcho(second.token), await callEcho(first.token)]).toEqual([401, 401]);
    expect((await post('/auth/token', { grant: 'refresh', token: second.refresh_token })).status).toBe(401);
  });

  it('[AU24] neither kind of token passes for the other', async () => {
    await addUser();
    const { token, refresh_token: refresh } = await login();
    expect((await post('/auth/token', { grant: 'refresh', token })).status).toBe(401);
    expect((await post('/auth/token', { grant: 'validate', token: refresh })).status).toBe(401);
    expect(await callEcho(refresh)).toBe(401);
  });
});

describe('POST /auth/logout', () => {
  it('[AU27] ends the session: its token is refused over HTTP, and what it opened gets Goodbye', async () => {
    await addUser();
    await using _provider = await provideEcho();
    const { token, refresh_token: refresh } = await login();
    const other = await login();
    await using socket = await WireClient.open(stage.url, { token });
    await using bystander = await WireClient.open(stage.url, { token: other.token });
    expect((await post('/auth/logout', {}, token)).status).toBe(204);
    expect(await callEcho(token)).toBe(401);
    expect(await expectGoodbye(socket)).toContain('"ann"');
    expect((await post('/auth/token', { grant: 'refresh', token: refresh })).status).toBe(401);
    const late = await WireClient.connect(stage.url);
    late.hello({ token });
    expect((await late.closed).code).toBe(4401);
    expect((await bystander.request({ method: Method.Get, uri: '/echo/' })).status).toBe(200);
  });

  it('[AU27] over the connection that it ends, the answer comes first', async () => {
    await addUser();
    const { token } = await login();
    await using socket = await WireClient.open(stage.url, { token });
    expect((await socket.request({ method: Method.Post, uri: '/auth/logout' })).status).toBe(204);
    await expectGoodbye(socket);
  });

  it('[AU27] a client ends its other sessions by their tokens, and no other client’s', async () => {
    const key = await addUser();
    const { token } = await login();
    expect((await post('/auth/logout', {}, key)).status).toBe(400);
    expect((await post('/auth/logout', { token }, stage.addClient('other'))).status).toBe(403);
    expect((await post('/auth/logout', { token }, key)).status).toBe(204);
    expect((await post('/auth/logout', { token }, key)).status).toBe(401);
    expect((await post('/auth/logout', {})).status).toBe(401);
  });
});

describe('what is taken away while a connection is open', () => {
  it('[AU31] a grant: the next request is refused, the connection stays', async () => {
    const key = await addUser();
    await using _provider = await provideEcho();
    await using socket = await WireClient.open(stage.url, { key });
    expect((await socket.request({ method: Method.Get, uri: '/echo/' })).status).toBe(200);
    stage.hub.clients.setGrants('ann', [], []);
    expect((await socket.request({ method: Method.Get, uri: '/echo/' })).status).toBe(403);
    stage.hub.clients.setGrants('ann', ['echo'], []);
    expect((await socket.request({ method: Method.Get, uri: '/echo/' })).status).toBe(200);
  });

  it('[AU29] one key: what it opened gets Goodbye, what another key opened stays', async () => {
    const first = await addUser();
    const second = stage.hub.clients.addCredential('ann').key;
    await using gone = await WireClient.open(stage.url, { key: first });
    await using stays = await WireClient.open(stage.url, { key: second });
    const [credential] = stage.hub.clients.list().find(({ client }) => client === 'ann')?.credentials ?? [];
    stage.hub.clients.revokeCredential('ann', credential?.id ?? '');
    await expectGoodbye(gone);
    const answer = await stays.request({ method: Method.Get, uri: '/clients/ann' });
    expect(jsonOf(answer)).toMatchObject({ client: 'ann', connections: 1 });
  });

  it('[AU30] the password: sessions that it opened end, keys go on', async () => {
    const key = await addUser();
    const { token } = await login();
    await using session = await WireClient.open(stage.url, { token });
    await using keyed = await WireClient.open(stage.url, { key });
    await stage.hub.clients.setPassword('ann', 'another password');
    await expectGoodbye(session);
    expect((await post('/auth/login', { client: 'ann', password: PASSWORD })).status).toBe(401);
    expect((await keyed.request({ method: Method.Get, uri: '/clients/ann' })).status).toBe(200);
    await login('ann', 'another password');
    await stage.hub.clients.setPassword('ann', null);
    expect((await post('/auth/login', { client: 'ann', password: 'another password' })).status).toBe(401);
  });

  it('[AU30] the client: every session of it is over, also when it is restored', async () => {
    await addUser();
    const { token } = await login();
    await using socket = await WireClient.open(stage.url, { token });
    stage.hub.clients.revoke('ann');
    await expectGoodbye(socket);
    stage.hub.clients.restore('ann');
    expect(await callEcho(token)).toBe(401);
    expect((await login()).client).toBe('ann');
  });
});
