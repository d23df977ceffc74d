import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { methodWord, parseMethod } from '../../common/protocol/words.ts';
import { setBadInputStage, type BadInputStage } from '../support/bad-input-stage.ts';
import { rawBytes, statusOf } from '../support/raw-http.ts';
import { jsonOf, WireClient } from '../support/wire-client.ts';

let stage: BadInputStage;
let eve: string;
/** Uris that reached the service that eve may call, and the one that she may not. */
let open: string[];
let secret: string[];

beforeAll(async () => {
  stage = await setBadInputStage();
  eve = stage.bench.addClient('eve', { call: ['open'], provide: [] });
  open = await stage.alsoProvide('open');
  secret = await stage.alsoProvide('secret');
});
afterEach(async () => {
  if (secret.length > 0) throw new Error(`Reached without a grant: ${secret.splice(0).join()}`);
  open.length = 0;
  await stage.assertUnharmed();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function overHttp(target: string, key = eve): Promise<number> {
  const { port } = stage.bench;
  const host = `host: 127.0.0.1:${String(port)}\r\nauthorization: Bearer ${key}\r\nconnection: close\r\n\r\n`;
  return statusOf(await rawBytes(port, Buffer.from(`GET ${target} HTTP/1.1\r\n${host}`, 'latin1')));
}

/** 4xx of the Response, or of the Goodbye. */
async function overSocket(uri: string, subprotocol: 'whub.v1.fbs' | 'whub.v1.json'): Promise<number> {
  await using client = await WireClient.open(stage.bench.url, { key: eve }, { subprotocol });
  if (subprotocol === 'whub.v1.json') {
    client.sendRaw(Buffer.from(JSON.stringify({ kind: 'request', method: 'get', id: 1, uri })));
  } else {
    client.send({ kind: Kind.Request, method: Method.Get, id: 1, uri });
  }
  await expect.poll(() => client.inbox.length).toBe(1);
  return client.inbox[0]?.status ?? 0;
}

/** What a GET of it comes to; when 200, with the uri as it stands. */
const TARGETS: readonly (readonly [target: string, status: number])[] = [
  ['/open/x', 200],
  ['/open/../secret/x', 400],
  ['/open/./x', 400],
  ['/open/..', 400],
  ['/open/%2e%2e/secret/x', 400],
  ['/open/%2E%2E/secret/x', 400],
  ['/open/%2E./secret/x', 400],
  ['/open/.%2e/secret/x', 400],
  ['/open/%2e/x', 400],
  ['/open/..%2fsecret/x', 400],
  ['/open%2f..%2fsecret/x', 400],
  ['/open/%2fsecret', 400],
  ['/open/%5csecret', 400],
  ['/open/..%5csecret', 400],
  ['/open/%00', 400],
  ['/open%00/../secret', 400],
  ['/open/%c0%ae%c0%ae/secret', 400],
  ['/open/%e0%80%ae%e0%80%ae/secret', 400],
  ['/open/%c0%af', 400],
  ['/open/%u002e%u002e/secret', 400],
  ['/open/%zz', 400],
  ['/open/%', 400],
  ['/open/%252e%252e/secret/x', 200],
  ['/open/%252fsecret', 200],
  ['/open/..;/secret', 200],
  ['/open/...', 200],
  ['/open/%EF%BC%8E%EF%BC%8E/secret', 200],
  ['/open//x', 200],
  ['/open///', 200],
  ['/open/x?/../../secret', 200],
  ['/open/x?a=%2e%2e%2f&b=%00', 200],
  ['/open/x#/../secret', 400],
  ['/open/x#secret', 200],
  ['/o%70en/x', 200],
  ['/OPEN/x', 404],
  ['//open/x', 404],
  ['//secret/x', 404],
  ['//', 404],
  ['/./open/x', 400],
  ['/../open/x', 400],
  ['/open/x/../../secret', 400],
  ['/secret/x', 403],
  ['/s%65cret/x', 403],
  ['/%73ecret/x', 403],
  ['/secret/../open/x', 400],
  ['/secret?open', 403],
  ['*', 400],
  [`/open/${'a'.repeat(8_192 - 6)}`, 200],
  [`/open/${'a'.repeat(8_192 - 5)}`, 413],
  [`/open/${'%61'.repeat(4_000)}`, 413],
  [`/open${'/a'.repeat(4_000)}`, 200],
  [`/open${'/..'.repeat(2_000)}/secret/x`, 400],
];

describe('a uri that tries to be another', () => {
  it.each(
    TARGETS.map(
      ([target, status]) => [target.length > 60 ? `${target.slice(0, 60)}…` : target, status, target] as const,
    ),
  )('[BI36] %s is %i over HTTP and both forms of the wire', async (_shown, status, target) => {
    const statuses = [
      await overHttp(target),
      await overSocket(target, 'whub.v1.fbs'),
      await overSocket(target, 'whub.v1.json'),
    ];
    expect([statuses, open]).toEqual([[status, status, status], status === 200 ? [target, target, target] : []]);
  });

  it.each([
    ['a tab', '/open/a\tb', 400],
    ['NUL', '/open/a\0b', 400],
    ['a carriage return', '/open/a\rb', 400],
    ['a raw overlong point', '/open/\xc0\xae\xc0\xae/secret', 400],
    ['no slash', 'open/x', 400],
    ['only a query', '?open', 400],
    ['an authority', '127.0.0.1:80', 400],
    ['another host', 'http://evil.example/open/x', 421],
    ['another host with the own one as user', 'http://127.0.0.1@evil.example/open/x', 421],
    ['another scheme', 'ftp://127.0.0.1/open/x', 400],
    ['a file', 'file:///etc/passwd', 400],
  ])('[BI36] %s in the request line is refused', async (_name, target, status) => {
    expect([await overHttp(target), open]).toEqual([status, []]);
  });

  it('[BI36] the absolute form is read like the path in it', async () => {
    const own = `http://127.0.0.1:${String(stage.bench.port)}`;
    expect([
      await overHttp(`${own}/open/x`),
      await overHttp(`${own}/open/../secret/x`),
      await overHttp(`${own}/secret/x`),
      await overHttp(`${own}//secret/x`),
      await overHttp(`${own}/open/y#/../secret`),
    ]).toEqual([200, 400, 403, 404, 200]);
    expect(open).toEqual(['/open/x', '/open/y']);
  });

  it('[BI36] no byte of a path makes the hub fail or reach another service', async () => {
    const statuses = new Set<number>();
    for (let byte = 0; byte < 256; byte += 1) {
      const character = String.fromCharCode(byte);
      statuses.add(await overHttp(`/open/..${character}/secret`));
      statuses.add(await overHttp(`/open/%${byte.toString(16).padStart(2, '0')}../secret`));
    }
    expect(statuses).toEqual(new Set([200, 400]));
    expect(open.every((uri) => uri.startsWith('/open/'))).toBe(true);
  });

  it('[BI36] what the hub answers itself is not reached by a detour', async () => {
    const { key } = stage;
    const statuses = await Promise.all(
      [
        '/healthz/../open/x',
        '/healthz%00',
        '/console/../open/x',
        '/console/%2e%2e/open/x',
        '/metrics/..',
        '/rpc/..',
      ].map((target) => overHttp(target, key)),
    );
    expect(new Set(statuses)).toEqual(new Set([400]));
  });
});

interface RouteDocument {
  readonly pattern: string;
  readonly methods?: readonly string[];
  readonly access: 'anonymous' | 'client' | 'manager' | 'self';
}

describe('built-in routes for those who have no grant', () => {
  async function everyRoute(): Promise<
    readonly (RouteDocument & { readonly service: string; readonly method: Method })[]
  > {
    await using client = await WireClient.open(stage.bench.url, { key: stage.key });
    const all = [];
    for (const service of ['auth', 'clients', 'services', 'message', 'status']) {
      const reply = await client.request({ method: Method.Get, uri: `/services/${service}` });
      const { routes } = jsonOf(reply) as { readonly routes: readonly RouteDocument[] };
      for (const route of routes) {
        for (const word of route.methods ?? ['GET']) all.push({ ...route, service, method: parseMethod(word) ?? 0 });
      }
    }
    return all;
  }

  /** Each parameter as `value`. */
  const uriOf = ({ service, pattern }: { readonly service: string; readonly pattern: string }, value: string): string =>
    `/${service}${pattern.replaceAll(/:[a-z]+/g, value)}`;

  async function answers(
    client: WireClient,
    value: string,
    wanted: (access: RouteDocument['access']) => boolean,
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (const route of await everyRoute()) {
      if (!wanted(route.access)) continue;
      const uri = uriOf(route, value);
      const body = { encoding: Encoding.Json, payload: new TextEncoder().encode('{"id":1,"client":[]}') };
      const reply = await client.request({ method: route.method, uri, ...body });
      const { detail = '' } = (reply.payload.byteLength === 0 ? {} : jsonOf(reply)) as { readonly detail?: string };
      found.push(
        `${methodWord(route.method)} ${route.service}${route.pattern} ${String(reply.status)} ${detail.replaceAll(value, 'ID')}`,
      );
    }
    return found;
  }

  it('[BI22] to the anonymous all but those for everyone are 401, whatever is asked for', async () => {
    await using nobody = await WireClient.open(stage.bench.url, {});
    const there = await answers(nobody, 'cat', (access) => access !== 'anonymous');
    expect(there.length).toBeGreaterThan(15);
    expect(there.filter((line) => !/ 401 /.test(line))).toEqual([]);
    expect(await answers(nobody, 'nobody', (access) => access !== 'anonymous')).toEqual(there);
  });

  it('[BI22] to a client those for managers and for others are 403, whether the others are there or not', async () => {
    await using client = await WireClient.open(stage.bench.url, { key: eve });
    const isForOthers = (access: RouteDocument['access']): boolean => access === 'manager' || access === 'self';
    const there = await answers(client, 'cat', isForOthers);
    expect(there.length).toBeGreaterThan(5);
    expect(there.filter((line) => !/ 403 /.test(line))).toEqual([]);
    expect(await answers(client, 'nobody', isForOthers)).toEqual(there);
  });

  it('[BI22] a service that a client may neither call nor provide is as if it were not there', async () => {
    await using client = await WireClient.open(stage.bench.url, { key: eve });
    const look = async (id: string): Promise<unknown> => {
      const replies = [];
      for (const uri of [`/services/${id}`, `/services/${id}/providers`, '/services/', '/services/clients/cat']) {
        const { status, payload } = await client.request({ method: Method.Get, uri });
        replies.push([
          status,
          new TextDecoder()
            .decode(payload)
            .replaceAll(id, 'ID')
            .replace(/"request":\d+/, ''),
        ]);
      }
      return replies;
    };
    const hidden = await look('secret');
    expect(hidden).toEqual(await look('absent'));
    expect(JSON.stringify(hidden)).not.toContain('secret');
  });

  it('[BI22] who may not send messages does not learn who is online, nor who may not update what is there', async () => {
    await using client = await WireClient.open(stage.bench.url, { key: eve });
    const post = async (uri: string, value: unknown): Promise<unknown> => {
      const payload = new TextEncoder().encode(JSON.stringify(value));
      const reply = await client.request({ method: Method.Post, uri, encoding: Encoding.Json, payload });
      return [reply.status, (jsonOf(reply) as { readonly detail: string }).detail];
    };
    expect(await post('/message/send', { to: 'cat', topic: 't' })).toEqual(
      await post('/message/send', { to: 'nobody', topic: 't' }),
    );
    const answer = async (id: string): Promise<unknown> =>
      JSON.parse(JSON.stringify(await post('/services/update', { id, description: 'mine' })).replaceAll(id, 'ID'));
    expect(await answer('secret')).toEqual(await answer('absent'));
    expect(await post('/services/register', { id: 'secret', routes: [{ pattern: '/' }] })).toEqual([
      403,
      'Cannot register service "secret": client "eve" may provide nothing',
    ]);
  });
});
