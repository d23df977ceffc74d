import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { rawBytes, rawHttp, statusOf, upgradeHead } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const FRIEND = 'https://app.example.org';

let bench: TestHub;
let key: string;
let own: string;

beforeAll(async () => {
  bench = await startTestHub({ allowedOrigins: [FRIEND], hostNames: ['hub.example.org'] });
  key = bench.addClient('cat');
  own = `http://127.0.0.1:${String(bench.port)}`;
  bench.hub.mount({
    prefix: '/console/',
    request: (_request, response) => response.end('console'),
    upgrade: (_request, socket) => socket.end('HTTP/1.1 101 Console\r\n\r\n'),
  });
});
afterAll(() => bench[Symbol.asyncDispose]());

const upgrade = async (headers: Record<string, string>, path = '/'): Promise<string> => {
  const reply = await rawBytes(bench.port, upgradeHead(bench.port, { path, headers }));
  return reply;
};

const hostile = (port: number): readonly (readonly [string, string])[] => [
  ['another site', 'http://evil.example'],
  ['another port', `http://127.0.0.1:${String(port + 1)}`],
  ['another name of this machine', `http://localhost:${String(port)}`],
  ['another scheme', `https://127.0.0.1:${String(port)}`],
  ['a name that begins alike', `http://127.0.0.1:${String(port)}.evil.example`],
  ['a sandboxed page', 'null'],
  ['a page from disk', 'file://'],
  ['a friend in another scheme', 'http://app.example.org'],
  ['a friend with more behind', `${FRIEND}.evil.example`],
  ['no name', ''],
];

describe('a page of another origin', () => {
  it.each(hostile(7410).map(([name]) => name))(
    '[LI2] %s cannot open a WebSocket, at the hub or at a mount',
    async (name) => {
      const origin = new Map(hostile(bench.port)).get(name) ?? '';
      expect([statusOf(await upgrade({ origin })), statusOf(await upgrade({ origin }, '/console/rpc/hub'))]).toEqual([
        403, 403,
      ]);
    },
  );

  it.each(hostile(7410).map(([name]) => name))(
    '[LI2] %s reaches neither gateway, /rpc, probes nor the console, whatever key it has',
    async (name) => {
      const headers = { origin: new Map(hostile(bench.port)).get(name) ?? '', authorization: `Bearer ${key}` };
      for (const [method, path] of [
        ['GET', '/status/'],
        ['POST', '/rpc'],
        ['GET', '/healthz'],
        ['GET', '/'],
        ['GET', '/console/'],
        ['OPTIONS', '/status/'],
      ] as const) {
        const reply = await rawHttp(bench.port, {
          method,
          path,
          headers: { ...headers, 'access-control-request-method': 'GET' },
        });
        expect([path, reply.status, reply.headers['access-control-allow-origin']]).toEqual([path, 403, undefined]);
      }
    },
  );

  it('[LI2] is told so in a problem document, also where a WebSocket was asked for', async () => {
    const reply = await upgrade({ origin: 'http://evil.example' });
    expect(reply).toContain('content-type: application/problem+json');
    expect(parseJsonPayload(Buffer.from(reply.slice(reply.indexOf('\r\n\r\n') + 4)))).toEqual({
      type: 'urn:whub:error:FORBIDDEN_ERR',
      title: 'Forbidden',
      status: 403,
      detail: 'Cannot answer a page of origin "http://evil.example": its origin is not allowed here',
      instance: '/',
      hub: bench.hub.id,
    });
  });

  it('[LI2] with several Origin headers is refused even when one of them is allowed', async () => {
    const head = upgradeHead(bench.port, { headers: { origin: `${own}\r\norigin: http://evil.example` } });
    expect(statusOf(await rawBytes(bench.port, head))).not.toBe(101);
  });
});

describe('a name that is not the hub', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    'localhost.:PORT',
    '127.0.0.1:1',
    'localhost',
    'hub.example.org',
    '[::1]',
    '',
  ])(
    '[LI1] Host "%s" is answered with 421 for requests and upgrades, before anything else is looked at',
    async (template) => {
      const host = template.replace('PORT', String(bench.port));
      const head = `GET /healthz HTTP/1.1\r\nhost: ${host}\r\norigin: http://evil.example\r\nconnection: close\r\n\r\n`;
      expect([
        statusOf(await rawBytes(bench.port, head)),
        statusOf(await upgrade({ host, origin: 'http://evil.example' })),
      ]).toEqual([421, 421]);
    },
  );

  it('[LI1] two Host headers are refused', async () => {
    const reply = await rawBytes(
      bench.port,
      `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${String(bench.port)}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
    );
    expect([400, 421]).toContain(statusOf(reply));
  });

  it.each(['localhost:PORT', '[::1]:PORT', 'hub.example.org:PORT', 'LOCALHOST:PORT'])(
    '[LI1] Host "%s" is the hub',
    async (template) => {
      const host = template.replace('PORT', String(bench.port));
      expect((await rawHttp(bench.port, { path: '/healthz', headers: { host } })).status).toBe(200);
    },
  );
});

describe('origins that may', () => {
  it("[LI2] the hub's own origin and a configured one open WebSockets and call the gateway", async () => {
    for (const origin of [own, FRIEND]) {
      const socket = new WebSocket(bench.url, { headers: { origin } });
      await once(socket, 'open');
      socket.terminate();
      expect((await rawHttp(bench.port, { path: '/status/info', headers: { origin } })).status).toBe(200);
    }
  });

  it('[HT16] a configured origin has its preflight answered and may read answers; the own one needs neither', async () => {
    const preflight = await rawHttp(bench.port, {
      method: 'OPTIONS',
      path: '/status/',
      headers: {
        origin: FRIEND,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([preflight.status, preflight.headers]).toEqual([
      204,
      expect.objectContaining({
        'access-control-allow-origin': FRIEND,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
        'access-control-allow-headers': 'authorization',
        vary: 'origin, access-control-request-method, access-control-request-headers',
      }),
    ]);
    const answer = await rawHttp(bench.port, { path: '/status/info', headers: { origin: FRIEND } });
    expect([answer.headers['access-control-allow-origin'], answer.headers['access-control-allow-credentials']]).toEqual(
      [FRIEND, undefined],
    );
    const plain = await rawHttp(bench.port, { path: '/status/info', headers: { origin: own } });
    expect(plain.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('upgrades', () => {
  it('[HT17] at another path are 404, for other subprotocols 400, with a bad Authorization 401, with a bad key 400', async () => {
    const replies = [
      await upgrade({ connection: 'Upgrade, close' }, '/elsewhere'),
      await upgrade({ 'sec-websocket-protocol': 'mqtt, whub.v2' }),
      await upgrade({ authorization: 'Digest x' }),
      await upgrade({ 'sec-websocket-key': 'short' }),
      await upgrade({ 'sec-websocket-version': '7' }),
    ];
    expect(replies.map((reply) => statusOf(reply))).toEqual([404, 400, 401, 400, 400]);
    for (const reply of replies) expect(reply).toContain('application/problem+json');
  });

  it("[HT17] take the first subprotocol of the client's list that the hub speaks", async () => {
    const socket = new WebSocket(bench.url, ['mqtt', 'whub.v1.json', 'whub.v1.fbs']);
    await once(socket, 'open');
    expect(socket.protocol).toBe('whub.v1.json');
    socket.terminate();
  });

  it('[HT17] to anything but a WebSocket are answered as the request they also are', async () => {
    const reply = await rawHttp(bench.port, { path: '/healthz', headers: { connection: 'Upgrade', upgrade: 'h2c' } });
    expect(reply.status).toBe(200);
  });
});
