import zlib from 'node:zlib';
import { expect, it } from 'vitest';
import { Encoding } from '../common/protocol/message.ts';
import { SecretMask } from './secret-mask.ts';

const mask = new SecretMask({ headers: ['x-api-key', 'x-secret-*'], jsonPaths: ['$..password', '$.card[0]'] });
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const JSON_BODY = '{"password":"hunter2","card":[1,2],"n":4634343214213523454}';
const MASKED_BODY = '{"password":"***","card":["***",2],"n":4634343214213523454}';

it.each([
  ['gzip', zlib.gzipSync, zlib.gunzipSync],
  ['deflate', zlib.deflateSync, zlib.inflateSync],
  ['br', zlib.brotliCompressSync, zlib.brotliDecompressSync],
  ['zstd', zlib.zstdCompressSync, zlib.zstdDecompressSync],
])('[EX4] a secret in a body of %s is replaced, and the body stays in it', (coding, encode, decode) => {
  const headers = [['content-encoding', coding]] as const;
  const masked = mask.body(Encoding.Json, new Uint8Array(encode(utf8(JSON_BODY))), headers);
  expect(decode(masked).toString()).toBe(MASKED_BODY);
  const harmless = new Uint8Array(encode(utf8('{"a":1}')));
  expect(mask.body(Encoding.Json, harmless, headers)).toBe(harmless);
});

it('[EX4] codings are taken away in their order, known by the body where no header tells', () => {
  const twice = new Uint8Array(zlib.brotliCompressSync(zlib.gzipSync(utf8(JSON_BODY))));
  const masked = mask.body(Encoding.Other, twice, [['content-encoding', 'gzip, br']]);
  expect(zlib.gunzipSync(zlib.brotliDecompressSync(masked)).toString()).toBe(MASKED_BODY);
  const untold = mask.body(Encoding.Json, new Uint8Array(zlib.gzipSync(utf8(JSON_BODY))));
  expect(zlib.gunzipSync(untold).toString()).toBe(MASKED_BODY);
});

it('[EX4] of a compressed body that was stored in part what is there is looked at', () => {
  const whole = zlib.gzipSync(utf8(`${JSON_BODY}${'x'.repeat(100)}`), { level: 0 });
  const masked = mask.body(Encoding.Json, new Uint8Array(whole.subarray(0, -40)), [['content-encoding', 'gzip']]);
  expect(zlib.gunzipSync(masked).toString()).not.toContain('hunter2');
  expect(zlib.gunzipSync(masked).toString()).toContain('4634343214213523454');
});

it.each([
  ['an unknown coding', 'x-own', utf8(JSON_BODY)],
  ['what is not in its coding', 'gzip', utf8(JSON_BODY)],
  ['what grows beyond all bounds', 'gzip', new Uint8Array(zlib.gzipSync(new Uint8Array(20 << 20)))],
])('[EX4] %s is left out', (_what, coding, body) => {
  expect(mask.body(Encoding.Json, body, [['content-encoding', coding]])).toHaveLength(0);
});

it('[EX4] addresses in headers lose their secrets, too; a mask without names changes nothing', () => {
  const headers = [
    ['location', '/next?password=hunter2&a=1'],
    ['x-api-key', 'k'],
    ['x-secret-a', 'k'],
    ['accept', '*/*'],
  ] as const;
  expect(mask.headers(headers)).toEqual([
    ['location', '/next?password=***&a=1'],
    ['x-api-key', '***'],
    ['x-secret-a', '***'],
    ['accept', '*/*'],
  ]);
  const none = new SecretMask({ headers: [], jsonPaths: [] });
  const gzip = new Uint8Array(zlib.gzipSync(utf8(JSON_BODY)));
  expect([none.headers(headers), none.body(Encoding.Json, gzip), none.uri('/a?password=x')]).toEqual([
    headers,
    gzip,
    '/a?password=x',
  ]);
});
