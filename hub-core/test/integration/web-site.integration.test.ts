import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpService } from '../../cli/providers/http-service.ts';
import { HubClient } from '../../client/node/index.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const SITE = fileURLToPath(new URL('../../../examples/webapp/server.mjs', import.meta.url));
const MIB = 1 << 20;
/** WHUB_LARGE_MIB=200 for the size that the rule names; the gate sends less. */
const SIZE_MIB = Number(process.env['WHUB_LARGE_MIB'] ?? '24');

let stage: TestHub;
let site: ChildProcess;
let provider: HubClient;
let key: string;

beforeAll(async () => {
  stage = await startTestHub();
  site = spawn(process.execPath, [SITE], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (site.stdout === null) throw new TypeError('Cannot read what the site says: it has no stdout');
  const [line] = (await once(createInterface(site.stdout), 'line')) as [string];
  key = stage.addClient('cat');
  provider = await HubClient.connect({ url: stage.url, key: stage.addClient('dog') });
  await provider.provide(httpService({ id: 'app', target: new URL(line.replace('webapp ', '')) }));
});
afterAll(async () => {
  await provider.close();
  site.kill('SIGTERM');
  await once(site, 'exit');
  await stage[Symbol.asyncDispose]();
});

async function shaOf(stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

async function ask(
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: Readable } = {},
): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body } = init;
  const all = { authorization: `Bearer ${key}`, ...headers };
  const request = httpRequest(`${stage.httpUrl}/app/${path}`, { method, headers: all, agent: false });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  if (body === undefined) request.end();
  else await pipeline(body, request);
  const [response] = await answered;
  return response;
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return JSON.parse(text) as unknown;
}

const piece = randomBytes(MIB);
const pieces = Array.from({ length: SIZE_MIB }, () => piece);

it.each([
  ['known', { 'content-length': String(SIZE_MIB * MIB) }],
  ['no', { 'transfer-encoding': 'chunked' }],
])(
  `[HX8] ${String(SIZE_MIB)} MiB of %s length go up with an equal hash`,
  { timeout: 300_000 },
  async (_what, headers) => {
    const answer = await ask('upload', { method: 'PUT', headers, body: Readable.from(pieces) });
    expect(await jsonOf(answer)).toEqual({ bytes: SIZE_MIB * MIB, sha256: await shaOf(pieces) });
  },
);

it(`[HX8] ${String(SIZE_MIB)} MiB come down with an equal hash`, { timeout: 300_000 }, async () => {
  const told = await jsonOf(await ask(`download/${String(SIZE_MIB)}/sha256`));
  const response = await ask(`download/${String(SIZE_MIB)}`);
  const { 'content-length': length } = response.headers;
  expect({ bytes: Number(length), sha256: await shaOf(response) }).toEqual(told);
});

it('[HX8] a file of the site comes as it is, and is not sent again while it is the same', async () => {
  const first = await ask('assets/css/7.css');
  const { etag = '', 'content-type': type } = first.headers;
  const text = await first.setEncoding('utf8').toArray();
  const again = await ask('assets/css/7.css', { headers: { 'if-none-match': etag } });
  const part = await ask('assets/css/7.css', { headers: { range: 'bytes=0-4' } });
  expect([type, text.join(''), again.statusCode, part.statusCode, await part.setEncoding('utf8').toArray()]).toEqual([
    'text/css; charset=utf-8',
    ':root { --sheet-7: 7; }\n',
    304,
    206,
    [':root'],
  ]);
  again.resume();
});
