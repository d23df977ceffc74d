import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Flag, Kind, Method, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { rawHttp, type RawReply } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);

let bench: TestHub;
let provider: WireClient;
let key: string;
let answer: (request: Message) => MessageInit | undefined;
let seen: Message | undefined;

const ok = (init: Partial<MessageInit> = {}): MessageInit => ({ kind: Kind.Response, status: 200, ...init });

beforeAll(async () => {
  bench = await startTestHub();
  key = bench.addClient('cat');
  provider = await WireClient.open(bench.url, { key: bench.addClient('dog') });
  await provider.provide({ id: 'web', routes: [{ pattern: '/*rest' }] }, (request) => {
    seen = request;
    return answer(request);
  });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

describe('POST /rpc', () => {
  const RPC = 'application/vnd.whub.v1+flatbuffers';
  const rpc = (message: MessageInit | Uint8Array, headers: Record<string, string> = {}): Promise<RawReply> =>
    rawHttp(bench.port, {
      method: 'POST',
      path: '/rpc',
      body: message instanceof Uint8Array ? message : codec.encode(message),
      headers: { authorization: `Bearer ${key}`, 'content-type': RPC, ...headers },
    });
  const request = (init: Partial<MessageInit> = {}): MessageInit => ({
    kind: Kind.Request,
    id: 77,
    method: Method.Get,
    uri: '/web/x',
    ...init,
  });

  it('[HT15] answers a Request with its Response, whatever that is, in HTTP 200', async () => {
    answer = () => ok({ status: 299, payload: jsonPayload({ a: 1 }), encoding: Encoding.Json });
    const good = await rpc(request());
    const { id, status, encoding, payload } = codec.decode(good.body);
    expect([good.status, good.headers['content-type'], id, status, encoding, parseJsonPayload(payload)]).toEqual([
      200,
      RPC,
      77,
      299,
      Encoding.Json,
      { a: 1 },
    ]);
    const missing = await rpc(request({ uri: '/nowhere/x' }));
    const foreign = await rpc(request({ from: 'boss' }));
    expect(
      [missing, foreign].map((reply) => [reply.status, codec.decode(reply.body).status, codec.decode(reply.body).id]),
    ).toEqual([
      [200, 404, 77],
      [200, 403, 77],
    ]);
  });

  it('[HT15] answers in HTTP what is no Request or has a bad credential', async () => {
    const replies = [
      await rpc(new Uint8Array([1, 2, 3])),
      await rpc({ kind: Kind.Ping }),
      await rpc(request({ id: 0x8000_0001 })),
      await rpc(request(), { 'content-type': 'application/json' }),
      await rpc(request(), { authorization: 'Bearer wrong' }),
      await rawHttp(bench.port, { path: '/rpc' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400, 400, 401, 405]);
  });

  it('[HT15] takes a one-way Request with 202 and no body', async () => {
    answer = () => undefined;
    seen = undefined;
    const reply = await rpc(request({ flags: Flag.OneWay }));
    await expect.poll(() => seen?.uri).toBe('/web/x');
    expect([reply.status, reply.body.byteLength]).toEqual([202, 0]);
  });
});
