import zlib from 'node:zlib';
import type { HeaderPair } from '../common/traffic/header-pair.ts';

/** What a small body may grow to. */
const MAX_DECODED_BYTES = 16 << 20;

interface Coding {
  readonly decode: (body: Uint8Array) => Uint8Array;
  readonly encode: (body: Uint8Array) => Uint8Array;
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
// A body that was stored in part is read as far as it goes.
const zlibOptions = { finishFlush: Z_SYNC_FLUSH, maxOutputLength: MAX_DECODED_BYTES };
const brotliOptions = { finishFlush: BROTLI_OPERATION_FLUSH, maxOutputLength: MAX_DECODED_BYTES };
const zstdOptions = { finishFlush: ZSTD_e_flush, maxOutputLength: MAX_DECODED_BYTES };

const GZIP: Coding = { decode: (body) => zlib.gunzipSync(body, zlibOptions), encode: (body) => zlib.gzipSync(body) };
const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: { decode: (body) => zlib.inflateSync(body, zlibOptions), encode: (body) => zlib.deflateSync(body) },
  br: {
    decode: (body) => zlib.brotliDecompressSync(body, brotliOptions),
    encode: (body) => zlib.brotliCompressSync(body),
  },
  zstd: {
    decode: (body) => zlib.zstdDecompressSync(body, zstdOptions),
    encode: (body) => zlib.zstdCompressSync(body),
  },
};

/** Names of a body's codings, in the order in which they were applied; empty when it stands as it is. */
export function codingsOf(headers: readonly HeaderPair[], body: Uint8Array): readonly string[] {
  const named = headers
    .filter(([name]) => name === 'content-encoding')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (named.length > 0) return named;
  // A body whose header came in an earlier batch, or that is a compressed file.
  return body[0] === 0x1f && body[1] === 0x8b ? ['gzip'] : [];
}

/** @returns undefined for a coding that is not known, a body that is not in it, or one that would grow beyond 16 MiB */
export function decodeBody(codings: readonly string[], body: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  try {
    let plain = body;
    for (const name of codings.toReversed()) {
      const coding = CODINGS[name];
      if (coding === undefined) return undefined;
      plain = coding.decode(plain);
    }
    return new Uint8Array(plain);
  } catch {
    return undefined;
  }
}

/** @param codings that `decodeBody` has taken away */
export function encodeBody(codings: readonly string[], plain: Uint8Array): Uint8Array<ArrayBuffer> {
  let body = plain;
  for (const name of codings) body = CODINGS[name]?.encode(body) ?? body;
  return new Uint8Array(body);
}
