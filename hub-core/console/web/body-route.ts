import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import parseRange from 'range-parser';
import { RequestError } from '../../common/errors/hub-error.ts';

/** Bytes of a stored body. */
export interface StoredPart {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly totalBytes: number;
}

export type ReadBody = (
  seq: number,
  part: 'request' | 'reply',
  range: { readonly offset: number; readonly length: number },
) => Promise<StoredPart | undefined>;

const BODY_PATH = /^\/console\/body\/([1-9]\d{0,15})\/(request|reply)$/;

/** Read at a time, so that a large body is never whole in memory. */
const PIECE_BYTES = 1 << 20;

interface BodyRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly partial: boolean;
}

/** The one range asked for; several are answered with everything, as RFC 9110 allows. */
function rangeOf(header: string | undefined, totalBytes: number): BodyRange | undefined {
  const whole = { start: 0, end: totalBytes, partial: false };
  if (header === undefined || totalBytes === 0) return whole;
  const ranges = parseRange(totalBytes, header, { combine: true });
  if (ranges === -1) return undefined;
  const [only, ...more] = ranges === -2 || ranges.type !== 'bytes' ? [] : ranges;
  return only === undefined || more.length > 0 ? whole : { start: only.start, end: only.end + 1, partial: true };
}

/** One body, already located. */
interface LocatedBody {
  readonly name: string;
  readonly totalBytes: number;
  readonly read: (offset: number, length: number) => Promise<StoredPart | undefined>;
}

/** @throws {RequestError} NOT_FOUND_ERR when there is no such row or path */
async function locate(path: string, readBody: ReadBody): Promise<LocatedBody> {
  const [, number, part] = BODY_PATH.exec(path) ?? [];
  if (number === undefined || (part !== 'request' && part !== 'reply')) {
    throw new RequestError('NOT_FOUND_ERR', `There is nothing at "${path}"`, { instance: path });
  }
  const read: LocatedBody['read'] = (offset, length) => readBody(Number(number), part, { offset, length });
  const extent = await read(0, 0);
  if (extent === undefined) {
    throw new RequestError('NOT_FOUND_ERR', `Exchange ${number} is not stored, or no longer`, { instance: path });
  }
  return { name: `exchange-${number}-${part}`, totalBytes: extent.totalBytes, read };
}

async function* pieces(body: LocatedBody, { start, end }: BodyRange): AsyncGenerator<Uint8Array, void, void> {
  for (let offset = start; offset < end;) {
    const piece = await body.read(offset, Math.min(PIECE_BYTES, end - offset));
    if (piece === undefined || piece.bytes.length === 0)
      throw new Error(`Cannot go on with "${body.name}": it was dropped meanwhile`);
    yield piece.bytes;
    offset += piece.bytes.length;
  }
}

/**
 * Answers `GET /console/body/<seq>/request|reply` with the stored bytes as they are: never a type that a browser would show.
 *
 * @throws {RequestError} NOT_FOUND_ERR when there is no such row or path
 */
export async function serveBody(request: IncomingMessage, response: ServerResponse, readBody: ReadBody): Promise<void> {
  const body = await locate((request.url ?? '').replace(/\?.*$/, ''), readBody);
  const range = rangeOf(request.headers.range, body.totalBytes);
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('cache-control', 'no-store');
  if (range === undefined) {
    response.writeHead(416, { 'content-range': `bytes */${String(body.totalBytes)}` }).end();
    return;
  }
  const { start, end, partial } = range;
  if (partial)
    response.setHeader('content-range', `bytes ${String(start)}-${String(end - 1)}/${String(body.totalBytes)}`);
  response.writeHead(partial ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${body.name}"`,
    'content-length': String(end - start),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(pieces(body, range)), response);
}
