import type { CaptureRecord, RecordedMessage } from './capture-record.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const textOf = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function headersOf(message: Json): RecordedMessage['headers'] {
  return listOf(message['headers']).map((header) => {
    const { name, value } = objectOf(header);
    return [textOf(name).toLowerCase(), textOf(value)] as const;
  });
}

function encodingOf(mimeType: string): string {
  if (/[/+]json\b/.test(mimeType)) return 'json';
  return mimeType.startsWith('text/') ? 'text' : 'bytes';
}

interface Content {
  readonly mimeType: string;
  readonly text: string | undefined;
  readonly base64: string | undefined;
}

function bodyOf(headers: RecordedMessage['headers'], { mimeType, text, base64 }: Content): RecordedMessage {
  const bytes = base64 === undefined ? new TextEncoder().encode(text ?? '').byteLength : base64Bytes(base64);
  const body = base64 === undefined ? { text: text ?? '' } : { base64 };
  return { encoding: encodingOf(mimeType), headers, bytes, stored: bytes, ...body };
}

function base64Bytes(text: string): number {
  const digits = text.replaceAll(/[^A-Za-z0-9+/]/g, '').length;
  return Math.floor((digits * 3) / 4);
}

/** The path of an address, with its query. */
function pathOf(address: string): string {
  if (!URL.canParse(address)) return address.startsWith('/') ? address : `/${address}`;
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/** An entry that WHub wrote: all of it comes back. */
function ownRecord(entry: Json, own: Json): CaptureRecord {
  const { request, response } = entry;
  const messageOf = (message: Json, part: Json, text: unknown): RecordedMessage => {
    const { encoding, bytes, stored, base64 } = part as unknown as RecordedMessage;
    const body = base64 === undefined ? { text: textOf(text) } : { base64 };
    return { encoding, bytes, stored, headers: headersOf(message), ...body };
  };
  const [asked, answered] = [objectOf(request), objectOf(response)];
  const { reply, ...rest } = own as unknown as CaptureRecord;
  return {
    ...rest,
    request: messageOf(asked, objectOf(own['request']), objectOf(asked['postData'])['text']),
    reply: reply === null ? null : messageOf(answered, objectOf(reply), objectOf(answered['content'])['text']),
  };
}

function timingOf({ timings, time }: Json): CaptureRecord['timing'] {
  const { blocked, dns, connect, send, wait } = objectOf(timings);
  const sentMs = numberOf(blocked) + numberOf(dns) + numberOf(connect) + numberOf(send);
  const repliedMs = sentMs + numberOf(wait);
  return { checkedMs: 0, sentMs, repliedMs, endedMs: Math.max(repliedMs, numberOf(time)) };
}

/** An entry of any program's archive, as an exchange; numbers of rows are given when it is imported. */
export function fromHarEntry(value: unknown): CaptureRecord {
  const entry = objectOf(value);
  if (isObject(entry['_whub'])) return ownRecord(entry, entry['_whub']);
  const [request, response] = [objectOf(entry['request']), objectOf(entry['response'])];
  const [posted, content] = [objectOf(request['postData']), objectOf(response['content'])];
  const atMs = Date.parse(textOf(entry['startedDateTime']));
  const isBase64 = content['encoding'] === 'base64';
  const text = typeof content['text'] === 'string' ? content['text'] : undefined;
  return {
    seq: 1,
    at: new Date(Number.isNaN(atMs) ? 0 : atMs).toISOString(),
    atMs: Number.isNaN(atMs) ? 0 : atMs,
    method: textOf(request['method'], 'GET').toUpperCase(),
    uri: pathOf(textOf(request['url'], '/')),
    from: '',
    connection: textOf(entry['connection']),
    via: 'http',
    transport: 'http',
    provider: '',
    providerClient: '',
    status: numberOf(response['status']),
    outcome: 'replied',
    error: '',
    attempts: 1,
    correlationId: 0,
    flags: 0,
    timeoutMs: 0,
    traits: [],
    mark: 0,
    comment: textOf(entry['comment']),
    tags: [],
    request: bodyOf(headersOf(request), {
      mimeType: textOf(posted['mimeType']),
      text: textOf(posted['text']),
      base64: undefined,
    }),
    reply: bodyOf(headersOf(response), {
      mimeType: textOf(content['mimeType']),
      text: isBase64 ? undefined : text,
      base64: isBase64 ? text : undefined,
    }),
    timing: timingOf(entry),
  };
}
