import { validate } from '@readme/openapi-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { rawHttp, type RawReply } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const SUM = { type: 'object', required: ['a'], properties: { a: { type: 'number' }, again: { $ref: '#' } } } as const;

interface Described {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let stage: TestHub;
let provider: HubClient;

beforeEach(async () => {
  stage = await startTestHub();
  provider = await HubClient.connect({ url: stage.url, key: stage.addClient('dog') });
  const handler = (): undefined => undefined;
  await provider.provide({
    id: 'math',
    description: 'Adds',
    routes: [
      { pattern: '/sum/:n', methods: ['POST'], summary: 'a sum', requestSchema: SUM, responseSchema: SUM, handler },
    ],
  });
  await provider.provide({ id: 'secret', routes: [{ pattern: '/*all', handler }] });
  await provider.provide({ id: 'sock', access: 'socket', routes: [{ pattern: '/', handler }] });
});
afterEach(async () => {
  await provider.close();
  await stage[Symbol.asyncDispose]();
});

const ask = (key: string | undefined, headers: Record<string, string> = {}, method = 'GET'): Promise<RawReply> =>
  rawHttp(stage.port, {
    method,
    path: '/openapi.json',
    headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers },
  });
const documentOf = ({ body }: RawReply): Described => parseJsonPayload(body) as Described;
const servicesIn = ({ paths }: Described): Set<string | undefined> =>
  new Set(Object.keys(paths).map((path) => path.split('/', 2)[1]));

describe('GET /openapi.json', () => {
  it('[OA2] is valid OpenAPI 3.1 of services and the hub alike', async () => {
    const reply = await ask(stage.addClient('cat'));
    const document = documentOf(reply);
    expect([reply.status, reply.headers['content-type'], document.openapi]).toEqual([200, 'application/json', '3.1.1']);
    expect(document.servers).toEqual([{ url: `http://127.0.0.1:${String(stage.port)}` }]);
    expect(document.paths['/math/sum/{n}']).toMatchObject({ post: { tags: ['math'], summary: 'a sum' } });
    expect(Object.values(document.components.schemas)).toContainEqual(expect.objectContaining({ required: ['a'] }));
    expect(await validate(document as never)).toMatchObject({ valid: true });
  });

  it('[OA4] shows each caller what it may call, and reach over HTTP', async () => {
    const anonymous = servicesIn(documentOf(await ask(undefined)));
    const mathOnly = servicesIn(documentOf(await ask(stage.addClient('m', { call: ['math'], provide: [] }))));
    const all = servicesIn(documentOf(await ask(stage.addClient('cat'))));
    expect(anonymous).toEqual(new Set(['healthz', 'readyz', 'auth', 'clients', 'status']));
    expect([mathOnly.has('math'), mathOnly.has('secret'), mathOnly.has('services')]).toEqual([true, false, true]);
    expect([all.has('secret'), all.has('sock'), all.has('message')]).toEqual([true, false, true]);
    expect((await ask('wrong')).status).toBe(401);
  });

  it('[OA5] has an entity tag that changes when services do, and with the name of the hub', async () => {
    const key = stage.addClient('cat');
    const first = await ask(key);
    const { etag = '' } = first.headers;
    const same = await ask(key, { 'if-none-match': `"x", W/${etag}` });
    expect([same.status, same.headers.etag, same.body.byteLength]).toEqual([304, etag, 0]);
    const elsewhere = await ask(key, { host: `localhost:${String(stage.port)}` });
    expect(elsewhere.headers.etag).not.toBe(etag);
    await provider.provide({ id: 'more', routes: [{ pattern: '/', handler: () => undefined }] });
    const after = await ask(key, { 'if-none-match': etag });
    expect([after.status, servicesIn(documentOf(after)).has('more')]).toEqual([200, true]);
  });

  it('[OA5] answers GET and HEAD', async () => {
    const [head, post] = [await ask(undefined, {}, 'HEAD'), await ask(undefined, {}, 'POST')];
    expect([head.status, head.body.byteLength, post.status, post.headers.allow]).toEqual([200, 0, 405, 'GET, HEAD']);
  });
});
