import parseRange from 'range-parser';
import type { HubHost } from '../../../hub-core/host/hub-host.ts';

export type ReadBody = HubHost['readBody'];
type Part = Parameters<ReadBody>[1];

export interface BodyRequest {
  readonly seq: number;
  readonly part: Part;
}

const BODY_PATH = /^\/console\/body\/([1-9]\d{0,15})\/(request|reply)$/;
const CHUNK_BYTES = 1 << 20;
/** Captured payloads are hostile: never shown by the browser itself, never sniffed, never kept. */
const BODY_HEADERS = {
  'accept-ranges': 'bytes',
  'cache-control': 'no-store',
  'content-disposition': 'attachment',
  'content-type': 'application/octet-stream',
};

/** @returns which stored body a path asks for, or undefined when it asks for none */
export function parseBodyPath(pathname: string): BodyRequest | undefined {
  const match = BODY_PATH.exec(pathname);
  return match === null ? undefined : { seq: Number(match[1]), part: match[2] === 'request' ? 'request' : 'reply' };
}

/** Answers `GET /console/body/<seq>/request|reply`, whole or one range, as the hub does over HTTP in a browser. */
export async function bodyAnswer(request: BodyRequest, range: string | null, readBody: ReadBody): Promise<Response> {
  const head = await readBody(request.seq, request.part, 0, 0);
  if (head === undefined) return new Response(null, { status: 404 });
  const ranges = range === null ? -2 : parseRange(head.totalBytes, range);
  if (ranges === -1) {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${String(head.totalBytes)}` } });
  }
  // A malformed range, another unit and several ranges are ignored: the whole body is a right answer to them (RFC 9110, 14.2).
  const one = ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? undefined : ranges[0];
  const first = one?.start ?? 0;
  const end = one === undefined ? head.totalBytes : one.end + 1;
  const headers: Record<string, string> = { ...BODY_HEADERS, 'content-length': String(end - first) };
  if (one !== undefined)
    headers['content-range'] = `bytes ${String(first)}-${String(end - 1)}/${String(head.totalBytes)}`;
  const body = readInChunks(request, { first, end }, readBody);
  return new Response(body, { status: one === undefined ? 200 : 206, headers });
}

/** Pulled as the page reads, so a large body is never held whole in this process. */
function readInChunks(
  { seq, part }: BodyRequest,
  { first, end }: { readonly first: number; readonly end: number },
  readBody: ReadBody,
): ReadableStream<Uint8Array> {
  let offset = first;
  return new ReadableStream({
    async pull(controller) {
      if (offset >= end) {
        controller.close();
        return;
      }
      const chunk = await readBody(seq, part, offset, Math.min(CHUNK_BYTES, end - offset));
      if (chunk === undefined || chunk.bytes.length === 0) {
        controller.error(
          new Error(`Cannot read the ${part} body of row ${String(seq)}: it was removed while it was read`),
        );
        return;
      }
      offset += chunk.bytes.length;
      controller.enqueue(chunk.bytes);
    },
  });
}
