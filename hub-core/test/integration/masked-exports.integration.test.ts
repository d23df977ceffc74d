import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient, type RequestInit } from '../../client/node/index.ts';
import { fromHarEntry } from '../../common/transfer/har-import.ts';
import type { CaptureRecord, RecordedMessage } from '../../common/transfer/capture-record.ts';
import { CliProcess, type CliResult } from '../support/cli-process.ts';
import { harValidator } from '../support/har-validator.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const owned = new AsyncDisposableStack();
let folder: string;
let env: Record<string, string>;
const whub = (...args: readonly string[]): Promise<CliResult> => CliProcess.run(args, env);

/** Planted by number: each place has a secret of its own, so that a leak says where it is. */
const planted = (place: number): string => `planted-${String(place)}-0f3a`;
const PLANTED = /planted-\d+-0f3a/g;
const packed = (...parts: readonly (number | string)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? part : [part]))));

const json = (place: number): string => `{"user":"ann","password":"${planted(place)}","n":4634343214213523454}`;

/** What passes the hub, each with secrets somewhere; the provider answers with what it was sent, and secrets of its own. */
const REQUESTS: readonly (RequestInit & { readonly stream?: false })[] = [
  { uri: '/echo/header', headers: { 'x-api-key': planted(1), 'x-csrf-token': planted(2) } },
  { uri: '/echo/never-stored', headers: { authorization: `Bearer ${planted(3)}`, cookie: `session=${planted(4)}` } },
  { uri: `/echo/query?a=1&token=${planted(5)}&b=2` },
  { uri: '/echo/json', body: json(6), encoding: 'json' },
  { uri: '/echo/deep', json: { a: [{ b: { access_token: planted(7) } }], secret: { of: [planted(8)] } } },
  {
    uri: '/echo/lines',
    body: `{"a":1}\n${json(9)}\n${json(10)}\n`,
    headers: { 'content-type': 'application/x-ndjson' },
  },
  {
    uri: '/echo/form',
    body: `a=1&password=${planted(11)}&b=2`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  {
    uri: '/echo/parts',
    body: `--b\r\ncontent-disposition: form-data; name="secret"\r\n\r\n${planted(12)}\r\n--b--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  },
  { uri: '/echo/xml', body: `<a><password>${planted(13)}</password></a>`, headers: { 'content-type': 'text/xml' } },
  { uri: '/echo/events', body: `data: ${json(14)}\n\n`, headers: { 'content-type': 'text/event-stream' } },
  {
    uri: '/echo/messagepack',
    body: packed(0x81, 0xa8, 'password', 0xa0 | planted(15).length, planted(15)),
    encoding: 'messagepack',
  },
  { uri: '/echo/cbor', body: packed(0xa1, 0x68, 'password', 0x60 | planted(16).length, planted(16)), encoding: 'cbor' },
  ...[zlib.gzipSync, zlib.deflateSync, zlib.brotliCompressSync, zlib.zstdCompressSync].map((encode, index) => ({
    uri: '/echo/compressed',
    body: new Uint8Array(encode(json(17 + index))),
    headers: { 'content-type': 'application/json', 'content-encoding': ['gzip', 'deflate', 'br', 'zstd'][index] ?? '' },
  })),
  { uri: '/echo/quoted', json: { log: JSON.stringify({ password: planted(21) }) } },
];
/** Of headers that the hub never stores. */
const NEVER_STORED = new Set([planted(3), planted(4), planted(31)]);
const REPLY_HEADERS = { location: `/next?token=${planted(30)}`, 'set-cookie': `session=${planted(31)}` };

const linesOf = (text: string): CaptureRecord[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CaptureRecord);

const DECODERS: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

/** A body as whoever reads the export sees it: out of base64, and uncompressed. */
function readable({ headers, base64, text }: RecordedMessage): string {
  const coding = headers.find(([name]) => name === 'content-encoding')?.[1] ?? '';
  const body = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
  return (DECODERS[coding]?.(body) ?? body).toString('latin1');
}

/** Every planted secret that the export shows, in its own text or in a body. */
function shown(file: string, records: readonly CaptureRecord[]): string[] {
  const bodies = records.flatMap(({ request, reply }) => [readable(request), reply === null ? '' : readable(reply)]);
  return [...new Set([file, ...bodies].join('\n').match(PLANTED))].toSorted();
}

interface Exported {
  readonly file: string;
  readonly records: readonly CaptureRecord[];
}

async function exported(ending: 'ndjson' | 'har' | 'whub', ...flags: readonly string[]): Promise<Exported> {
  const path = join(folder, `export-${String(flags.length)}.${ending}`);
  const result = await whub('export', path, '--filter', 'service:echo -is:imported', ...flags);
  expect([result.code, result.stderr]).toEqual([0, expect.stringContaining(`${String(REQUESTS.length)} exchanges`)]);
  const bytes = await readFile(path);
  if (ending === 'har') {
    const file = bytes.toString();
    const { entries } = (JSON.parse(file) as { log: { entries: unknown[] } }).log;
    return { file, records: entries.map((entry) => fromHarEntry(entry)) };
  }
  if (ending === 'ndjson') return { file: bytes.toString(), records: linesOf(bytes.toString()) };
  const [head = '', ...rest] = zlib.gunzipSync(bytes).toString().split('\n');
  return { file: [head, ...rest].join('\n'), records: linesOf(rest.join('\n')) };
}

beforeAll(async () => {
  folder = owned.use(await createTempFolder()).path;
  const data = join(folder, 'data');
  const hub = owned.use(new CliProcess(['serve', '--port', '0', '--data', data, '--json'], {}));
  const { url } = JSON.parse(await hub.line(/ready/)) as { url: string };
  const key = (await readFile(join(data, 'cli.key'), 'utf8')).trim();
  env = { WHUB_URL: url, WHUB_CLIENT: 'cli', WHUB_KEY: key };
  await using client = await HubClient.connect({ url, client: 'cli', key });
  await client.provide({
    id: 'echo',
    routes: [
      {
        pattern: '/*rest',
        handler: (request) => {
          const coding = request.headers.get('content-encoding');
          const headers = { ...REPLY_HEADERS, ...(coding === undefined ? {} : { 'content-encoding': coding }) };
          return { body: request.bytes(), encoding: request.encoding, headers };
        },
      },
    ],
  });
  for (const request of REQUESTS) (await client.request({ method: 'POST', ...request })).orThrow();
}, 60_000);
afterAll(() => owned.disposeAsync());

describe('exports of a real hub', () => {
  it.each(['ndjson', 'har', 'whub'] as const)(
    '[EX4] .%s shows none of the secrets that were planted, and with secrets all that were stored',
    async (ending) => {
      const [masked, whole] = [await exported(ending), await exported(ending, '--with-secrets')];
      const all = Array.from({ length: 21 }, (_, index) => planted(index + 1));
      const stored = [...all, planted(30)].filter((secret) => !NEVER_STORED.has(secret));
      expect(shown(whole.file, whole.records)).toEqual(stored.toSorted());
      expect(shown(masked.file, masked.records)).toEqual([]);
      // What is no secret stands as it was.
      const texts = masked.records.map(({ request }) => readable(request)).join('\n');
      expect(texts.match(/4634343214213523454/g)).toHaveLength(8);
      expect(masked.records.map(({ uri }) => uri)).toContain('/echo/query?a=1&token=***&b=2');
    },
    60_000,
  );

  it('[EX1] the public schema of HAR 1.2 takes both archives', async () => {
    const validate = harValidator();
    for (const flags of [[], ['--with-secrets']]) {
      const { file } = await exported('har', ...flags);
      expect(validate(JSON.parse(file)), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it('[EX5] what is exported with secrets, imported and exported again is equal', { timeout: 60_000 }, async () => {
    const path = join(folder, 'round.ndjson');
    expect((await whub('export', path, '--filter', 'service:echo -is:imported', '--with-secrets')).code).toBe(0);
    expect((await whub('import', path)).stderr).toContain(`${String(REQUESTS.length)} exchanges imported`);
    const again = await whub('export', '--filter', 'service:echo is:imported', '--with-secrets');
    const plain = (records: readonly CaptureRecord[]): object[] =>
      records.map(({ seq: _seq, traits, ...rest }) => ({
        ...rest,
        traits: traits.filter((each) => each !== 'is:imported'),
      }));
    const before = linesOf(await readFile(path, 'utf8'));
    expect(before).toHaveLength(REQUESTS.length);
    expect(plain(linesOf(again.stdout.toString()))).toEqual(plain(before));
  });
});
