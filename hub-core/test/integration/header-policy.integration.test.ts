import { describe, expect, it } from 'vitest';
import { Encoding, Kind, Method, type Header, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

const HEADERS = { requestDeny: ['x-secret'], answerAllow: ['etag'], forwardCookies: true };
const SENT: readonly Header[] = [
  { name: 'x-secret', value: '1' },
  { name: 'x-open', value: '2' },
];

function answer(seen: string[][]): (request: Message) => MessageInit {
  return ({ headers }) => {
    seen.push(headers.map(({ name, value }) => `${name}: ${value}`));
    const back = [
      { name: 'etag', value: '"1"' },
      { name: 'server', value: 'inside' },
      { name: 'content-type', value: 'text/plain' },
    ];
    return { kind: Kind.Response, status: 200, encoding: Encoding.Bytes, headers: back };
  };
}

async function provider(stage: TestHub): Promise<{ seen: string[][]; link: WireClient }> {
  const seen: string[][] = [];
  const link = await WireClient.open(stage.url, { key: stage.addClient('dog') });
  await link.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, answer(seen));
  return { seen, link };
}

describe('header policy at a running hub', () => {
  it('[HP6] holds over sockets, HTTP, /rpc and from the console', async () => {
    await using stage = await startTestHub({ headers: HEADERS });
    const key = stage.addClient('cat');
    const { seen: all, link } = await provider(stage);
    await using _provider = link;
    await using cat = await WireClient.open(stage.url, { key });
    const request = { method: Method.Get, uri: '/echo/x', headers: SENT };
    const names = ({ headers }: Pick<Message, 'headers'>): string[] => headers.map(({ name }) => name);

    const overSocket = names(await cat.request(request));
    const base = { host: `127.0.0.1:${String(stage.port)}`, authorization: `Bearer ${key}` };
    const overHttp = await rawHttp(stage.port, {
      path: '/echo/x',
      headers: { ...base, 'x-secret': '1', 'x-open': '2', cookie: 'a=1; whub-console-1=2' },
    });
    const overRpc = await rawHttp(stage.port, {
      method: 'POST',
      path: '/rpc',
      headers: { ...base, 'content-type': 'application/vnd.whub.v1+flatbuffers' },
      body: cat.codec.encode({ ...request, kind: Kind.Request, id: 7 }),
    });
    const composed = await stage.hub.compose({ ...request, kind: Kind.Request }, undefined);

    // What the gateway adds is no client's.
    const seen = all.map((headers) => headers.filter((line) => !/^(x-request-id|forwarded):/.test(line)));
    expect(seen).toEqual([['x-open: 2'], ['x-open: 2', 'cookie: a=1'], ['x-open: 2'], ['x-open: 2']]);
    const kept = ['etag', 'content-type'];
    expect([overSocket, names(cat.codec.decode(overRpc.body)), names(composed.message)]).toEqual([kept, kept, kept]);
    expect([overHttp.headers.etag, overHttp.headers['server'], overHttp.headers['content-type']]).toEqual([
      '"1"',
      undefined,
      'text/plain',
    ]);
    // The hub's own answers keep what says what is to be done.
    const missing = await rawHttp(stage.port, { path: '/services/', headers: { host: base.host } });
    expect([missing.status, missing.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Bearer')]);
  });
});
