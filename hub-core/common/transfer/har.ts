import type { CaptureRecord, RecordedMessage } from './capture-record.ts';

/** HTTP Archive 1.2. Names that begin with an underscore are ours, as the format allows. @see http://www.softwareishard.com/blog/har-12-spec/ */
export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: Readonly<Record<string, never>>;
  readonly timings: HarTimings;
  readonly connection: string;
  readonly comment?: string;
  /** What an archive has no place for. */
  readonly _whub: Omit<CaptureRecord, 'request' | 'reply'> & {
    readonly request: HarMessage;
    readonly reply: HarMessage | null;
  };
}

interface HarPair {
  readonly name: string;
  readonly value: string;
}

interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly never[];
  readonly headers: readonly HarPair[];
  readonly queryString: readonly HarPair[];
  readonly postData?: { readonly mimeType: string; readonly text: string; readonly params: readonly never[] };
  readonly headersSize: number;
  readonly bodySize: number;
}

interface HarResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly never[];
  readonly headers: readonly HarPair[];
  readonly content: {
    readonly size: number;
    readonly mimeType: string;
    readonly text?: string;
    readonly encoding?: string;
  };
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
}

/** Milliseconds; -1 = does not apply. They add up to the entry's time. */
interface HarTimings {
  readonly blocked: number;
  readonly dns: number;
  readonly connect: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
  readonly ssl: number;
}

type HarMessage = Pick<RecordedMessage, 'encoding' | 'bytes' | 'stored' | 'base64'>;

const MIME_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  messagepack: 'application/msgpack',
  cbor: 'application/cbor',
};
const ANY_BYTES = 'application/octet-stream';

const pairsOf = (headers: RecordedMessage['headers']): HarPair[] => headers.map(([name, value]) => ({ name, value }));

function mimeTypeOf({ encoding, headers }: RecordedMessage): string {
  const named = headers.find(([name]) => name === 'content-type')?.[1];
  return named ?? MIME_TYPES[encoding] ?? ANY_BYTES;
}

function queryOf(uri: string): HarPair[] {
  const start = uri.indexOf('?');
  if (start < 0) return [];
  return [...new URLSearchParams(uri.slice(start))].map(([name, value]) => ({ name, value }));
}

/** The time between two stamps; what did not come that far took none. */
const between = (from: number | null, to: number | null): number => Math.max(0, (to ?? from ?? 0) - (from ?? 0));

function timingsOf({ checkedMs, sentMs, repliedMs, endedMs }: CaptureRecord['timing']): HarTimings {
  const sent = sentMs ?? checkedMs ?? endedMs ?? 0;
  const replied = repliedMs ?? endedMs ?? sent;
  return {
    blocked: sent,
    dns: -1,
    connect: -1,
    send: 0,
    wait: between(sent, replied),
    receive: between(replied, endedMs ?? replied),
    ssl: -1,
  };
}

function requestOf({ method, uri, request }: CaptureRecord, baseUrl: string): HarRequest {
  const { text } = request;
  return {
    method,
    url: new URL(uri.replace(/^\/+/, '/'), baseUrl).href,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairsOf(request.headers),
    queryString: queryOf(uri),
    // What is no text stands in `_whub`: an archive has no encoding for a request's body.
    ...(request.bytes === 0 ? {} : { postData: { mimeType: mimeTypeOf(request), text: text ?? '', params: [] } }),
    headersSize: -1,
    bodySize: request.bytes,
  };
}

const NO_REPLY: RecordedMessage = { encoding: 'bytes', headers: [], bytes: 0, stored: 0, text: '' };

function responseOf({ status, error, outcome, reply }: CaptureRecord): HarResponse {
  const { headers, bytes, text, base64 } = reply ?? NO_REPLY;
  return {
    status: status ?? 0,
    statusText: error === '' ? (outcome ?? 'pending') : error,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairsOf(headers),
    content: {
      size: bytes,
      mimeType: mimeTypeOf(reply ?? NO_REPLY),
      ...(base64 === undefined ? { text: text ?? '' } : { text: base64, encoding: 'base64' }),
    },
    redirectURL: '',
    headersSize: -1,
    bodySize: bytes,
  };
}

function partOf({ encoding, bytes, stored, base64 }: RecordedMessage): HarMessage {
  return { encoding, bytes, stored, ...(base64 === undefined ? {} : { base64 }) };
}

/** @param baseUrl what paths are relative to: an archive has whole addresses only */
export function toHarEntry(record: CaptureRecord, baseUrl: string): HarEntry {
  const { request, reply, ...rest } = record;
  const timings = timingsOf(record.timing);
  return {
    startedDateTime: record.at,
    time: timings.blocked + timings.send + timings.wait + timings.receive,
    request: requestOf(record, baseUrl),
    response: responseOf(record),
    cache: {},
    timings,
    connection: record.connection,
    ...(record.comment === '' ? {} : { comment: record.comment }),
    _whub: { ...rest, request: partOf(request), reply: reply === null ? null : partOf(reply) },
  };
}

/** What stands before and behind the entries of an archive, which are separated by commas. */
export function harFrame(version: string): { readonly head: string; readonly foot: string } {
  const creator = JSON.stringify({ name: 'WHub', version });
  return { head: `{"log":{"version":"1.2","creator":${creator},"pages":[],"entries":[\n`, foot: '\n]}}\n' };
}
