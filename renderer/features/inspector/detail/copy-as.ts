import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { prettyJson } from '../../../ui/body/print-json.ts';
import { decodeText, looksBinary, toBase64 } from '../../../ui/bytes.ts';

export interface CopyInput {
  readonly detail: ExchangeDetail;
  /** All of the request's body. */
  readonly body: Uint8Array;
  /** `ws://127.0.0.1:7410/` */
  readonly url: string;
  /** `http://127.0.0.1:7410` */
  readonly httpUrl: string;
}

/** For a shell: within single quotes nothing is special but a single quote. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Headers that a sender chooses; what the hub or the transport adds by itself is left out. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'authorization',
  'accept-encoding',
]);
const headersOf = ({ request }: ExchangeDetail): readonly (readonly [string, string])[] =>
  request.headers.filter(([name]) => !name.startsWith('whub-') && !OWN_HEADERS.has(name));

const textOf = (body: Uint8Array): string | undefined => (looksBinary(body) ? undefined : decodeText(body));

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  messagepack: 'application/msgpack',
  cbor: 'application/cbor',
  bytes: 'application/octet-stream',
};

/** Puts bytes that are no text in front of a command as its input. */
const piped = (body: Uint8Array, command: string): string =>
  `printf %s ${quoted(toBase64(body))} | base64 -d | ${command}`;

function curl({ detail, body, httpUrl }: CopyInput): string {
  const { method, uri } = detail.row;
  // A call has no method of HTTP: as a POST it reaches routes that take any.
  const parts = [`curl -X ${method === 'CALL' ? 'POST' : method}`, '-H "Authorization: Bearer $WHUB_KEY"'];
  const headers = headersOf(detail);
  const media = MEDIA_TYPES[detail.request.encoding];
  if (body.length > 0 && media !== undefined && !headers.some(([name]) => name === 'content-type')) {
    parts.push(`-H ${quoted(`content-type: ${media}`)}`);
  }
  for (const [name, value] of headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  const text = textOf(body);
  // Both curl and whub take a text that begins with "@" for the name of a file.
  const asFile = text === undefined || text.startsWith('@');
  if (body.length > 0) parts.push('--data-binary', asFile ? '@-' : quoted(text));
  const line = [...parts, quoted(httpUrl + uri)].join(' ');
  return body.length > 0 && asFile ? piped(body, line) : line;
}

function whubCall({ detail, body }: CopyInput): string {
  const { method, uri } = detail.row;
  const parts = ['whub', 'call', method, quoted(uri)];
  for (const [name, value] of headersOf(detail)) parts.push('--header', quoted(`${name}:${value}`));
  const text = textOf(body);
  const asFile = text === undefined || text.startsWith('@');
  if (body.length > 0) parts.push('--body', asFile ? '@-' : quoted(text));
  return body.length > 0 && asFile ? piped(body, parts.join(' ')) : parts.join(' ');
}

/** The message in WProtocol's JSON form, on one line. Valid JSON is put in as it stands, so no number changes. */
function jsonForm({ detail, body }: CopyInput): string {
  const { method, uri } = detail.row;
  const { encoding } = detail.request;
  const text = textOf(body);
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of headersOf(detail)) {
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  const fields = [
    '"kind":"request"',
    '"id":1',
    `"method":${JSON.stringify(method.toLowerCase())}`,
    `"uri":${JSON.stringify(uri)}`,
  ];
  if (Object.keys(headers).length > 0) fields.push(`"headers":${JSON.stringify(headers)}`);
  if (body.length > 0) {
    if (encoding !== 'json') fields.push(`"encoding":${JSON.stringify(encoding)}`);
    if (encoding === 'json' && text !== undefined && prettyJson(text) !== undefined) {
      // Line ends in JSON stand between its tokens only.
      fields.push(`"payload":${text.replaceAll(/[\r\n]+/g, ' ').trim()}`);
    } else if (encoding === 'text' && text !== undefined) fields.push(`"payload":${JSON.stringify(text)}`);
    else fields.push(`"payload_base64":"${toBase64(body)}"`);
  }
  return `{${fields.join(',')}}`;
}

function wscat(input: CopyInput): string {
  return [
    '# Connect, then paste the two lines below it one after the other. Put a key of yours into the first.',
    `wscat -s whub.v1.json -c ${quoted(input.url)}`,
    '{"kind":"hello","payload":{"client":"YOUR_CLIENT","key":"YOUR_KEY","agent":"wscat"}}',
    jsonForm(input),
  ].join('\n');
}

function node({ detail, body, url }: CopyInput): string {
  const { method, uri } = detail.row;
  const { encoding } = detail.request;
  const headers = headersOf(detail);
  const text = textOf(body);
  const lines = [
    `import { HubClient } from 'whub/client';`,
    '',
    'await using hub = await HubClient.connect({',
    `  url: ${JSON.stringify(url)},`,
    '  client: process.env.WHUB_CLIENT,',
    '  key: process.env.WHUB_KEY,',
    '});',
    '',
    'const reply = await hub.request({',
    `  method: ${JSON.stringify(method)},`,
    `  uri: ${JSON.stringify(uri)},`,
  ];
  if (headers.length > 0) lines.push(`  headers: ${JSON.stringify(headers)},`);
  if (body.length > 0) {
    lines.push(`  body: ${text === undefined ? `Buffer.from('${toBase64(body)}', 'base64')` : JSON.stringify(text)},`);
    lines.push(`  encoding: ${JSON.stringify(encoding)},`);
  }
  lines.push('});', 'console.log(reply.status, reply.text());');
  return lines.join('\n');
}

/** The exchange's request as a document; a JSON body is put in as it stands. */
function json({ detail, body }: CopyInput): string {
  const { row, request } = detail;
  const { seq, method, uri, from, status, error, durationMs } = row;
  const at = new Date(row.atMs).toISOString();
  const known = {
    seq,
    at,
    method,
    uri,
    from,
    status,
    error,
    durationMs,
    headers: request.headers,
    encoding: request.encoding,
  };
  const text = textOf(body);
  const fields = JSON.stringify(known).slice(0, -1);
  const isJson = request.encoding === 'json' && text !== undefined && prettyJson(text) !== undefined;
  const content = isJson
    ? `"body":${text}`
    : text === undefined
      ? `"body_base64":"${toBase64(body)}"`
      : `"body":${JSON.stringify(text)}`;
  const whole = body.length === 0 ? `${fields}}` : `${fields},${content}}`;
  return prettyJson(whole) ?? whole;
}

/** What a request can be copied as. None holds a key: it is read from the environment, or left open. */
export const COPY_FORMS = [
  { id: 'curl', name: 'curl', make: curl },
  { id: 'wscat', name: 'wscat', make: wscat },
  { id: 'node', name: 'Node (SDK)', make: node },
  { id: 'json', name: 'JSON', make: json },
  { id: 'whub', name: 'whub call', make: whubCall },
] as const satisfies readonly { id: string; name: string; make: (input: CopyInput) => string }[];
