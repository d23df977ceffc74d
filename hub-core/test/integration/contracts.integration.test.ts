import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { rawHttp, type RawReply } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const ORDER = { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } } as const;

let owned: AsyncDisposableStack;
let running: TestHub;
let key: string;
let asked: unknown[];

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  running = owned.use(await startTestHub());
  key = running.addClient('ann');
  asked = [];
  const provider = owned.use(await HubClient.connect({ url: running.url, client: 'ann', key }));
  await provider.provide({
    id: 'shop',
    routes: [
      {
        pattern: '/orders',
        methods: ['POST'],
        requestSchema: ORDER,
        responseSchema: { type: 'array' },
        handler: async (request) => {
          asked.push(await request.json());
          return { json: { ok: true } };
        },
      },
    ],
  });
});

afterEach(() => owned.disposeAsync());

const post = (body: string, type = 'application/json'): Promise<RawReply> =>
  rawHttp(running.port, {
    method: 'POST',
    path: '/shop/orders',
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    body,
  });

describe('contracts of a service', () => {
  it('[SC1] hold over HTTP: a problem document says where the body is wrong', async () => {
    const wrong = await post('{"count":"two"}');
    expect([wrong.status, wrong.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(wrong.body.toString('utf8'))).toMatchObject({
      type: 'urn:whub:error:BAD_REQUEST_ERR',
      detail: 'Cannot POST "/shop/orders": "/count" must be integer',
      path: '/count',
      instance: '/shop/orders',
    });
    expect((await post('{"count":2}', 'text/plain')).status).toBe(400);
    expect(asked).toEqual([]);
    expect((await post('{"count":2}')).status).toBe(200);
    expect(asked).toEqual([{ count: 2 }]);
  });

  it('[SC10] an answer that breaks its schema is in the event log and in /metrics', async () => {
    expect((await post('{"count":2}')).status).toBe(200);
    expect((await post('{"count":2}')).status).toBe(200);
    const told = running.hub.events.list(100).filter(({ text }) => text.includes('breaks its schema'));
    expect(told).toMatchObject([{ kind: 'hub', level: 'warn', service: 'shop', client: 'ann' }]);
    expect(told[0]?.text).toMatch(
      /^\/shop got an answer from ann \(shop@.+\) that breaks its schema: .*must be array$/,
    );
    const metrics = await rawHttp(running.port, { path: '/metrics' });
    expect(metrics.body.toString('utf8')).toMatch(/schema_warnings_total\{service="shop"\} 2/);
  });
});
