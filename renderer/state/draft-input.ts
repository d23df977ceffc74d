import type { ExchangeDetail } from '../../hub-core/console/contract/capture-contract.ts';
import type { ComposeInput } from '../../hub-core/console/contract/hub-contract.ts';
import { decodeText, looksBinary, toBase64 } from '../ui/bytes.ts';
import { bytesToHex, hexToBytes } from '../ui/hex.ts';
import { prettyJson } from '../ui/body/print-json.ts';
import type { BodyForm, Draft } from './draft.ts';

export const METHODS: readonly ComposeInput['method'][] = [
  'CALL',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];
const ENCODINGS: readonly ComposeInput['encoding'][] = [
  'bytes',
  'json',
  'text',
  'flatbuffer',
  'messagepack',
  'cbor',
  'other',
];
const NO_BODY = new Uint8Array();
const MAX_TIMEOUT_MS = 600_000;

/** What is wrong with a draft, by field. */
export interface DraftProblem {
  readonly field: 'uri' | 'body' | 'timeout' | 'headers';
  readonly message: string;
}

export type DraftInput =
  { readonly kind: 'ready'; readonly input: ComposeInput } | { readonly kind: 'wrong'; readonly problem: DraftProblem };

const wrong = (field: DraftProblem['field'], message: string): DraftInput => ({
  kind: 'wrong',
  problem: { field, message },
});

function bodyBytes({ form, body }: Draft): Uint8Array | DraftProblem {
  // White space is a body where it is text, and none where it would have to be JSON or hex.
  if (form === 'text' ? body === '' : body.trim() === '') return NO_BODY;
  if (form === 'hex') {
    return hexToBytes(body) ?? { field: 'body', message: 'The body is not hex: whole bytes, two digits each' };
  }
  if (form === 'json' && prettyJson(body) === undefined) {
    return { field: 'body', message: 'The body is not JSON: mend it, or send it as text' };
  }
  return new TextEncoder().encode(body);
}

/** The request that a draft stands for, byte for byte what its editor shows. */
export function draftInput(draft: Draft): DraftInput {
  if (!draft.uri.startsWith('/')) return wrong('uri', 'A uri starts with "/": /service/route?query');
  if (!Number.isInteger(draft.timeoutMs) || draft.timeoutMs < 1 || draft.timeoutMs > MAX_TIMEOUT_MS) {
    return wrong('timeout', 'A time-out is 1 to 600,000 ms');
  }
  const headers = draft.headers.map(([name, value]) => [name.trim().toLowerCase(), value] as [string, string]);
  if (headers.some(([name, value]) => name === '' && value !== '')) return wrong('headers', 'A header has no name');
  const bytes = bodyBytes(draft);
  if (!(bytes instanceof Uint8Array)) return { kind: 'wrong', problem: bytes };
  return {
    kind: 'ready',
    input: {
      as: draft.as,
      method: draft.method,
      uri: draft.uri,
      headers: headers.filter(([name]) => name !== ''),
      bodyBase64: toBase64(bytes),
      encoding: bytes.length === 0 ? 'bytes' : draft.form === 'hex' ? draft.hexEncoding : draft.form,
      timeoutMs: draft.timeoutMs,
      idempotent: draft.idempotent,
    },
  };
}

/** Why a captured request cannot be sent again; undefined when it can. */
export function resendObstacle({ row, request }: ExchangeDetail): string | undefined {
  if (row.traits.includes('is:masked')) return 'Secrets of it were replaced before it was stored';
  if (request.storedBytes >= request.totalBytes) return undefined;
  return `Only ${request.storedBytes} of ${request.totalBytes} bytes of the body were stored`;
}

function formOf(encoding: string, bytes: Uint8Array): { readonly form: BodyForm; readonly body: string } {
  const text = looksBinary(bytes) ? undefined : decodeText(bytes);
  if (bytes.length === 0) return { form: 'json', body: '' };
  if (encoding === 'json' && text !== undefined && prettyJson(text) !== undefined) return { form: 'json', body: text };
  if (encoding === 'text' && text !== undefined) return { form: 'text', body: text };
  return { form: 'hex', body: bytesToHex(bytes) };
}

const IDEMPOTENT = 1 << 3;

const ownHeaders = ({ request }: ExchangeDetail): readonly (readonly [string, string])[] =>
  request.headers.filter(([name]) => !name.startsWith('whub-'));

const timeoutOf = ({ timeoutMs }: ExchangeDetail): number =>
  timeoutMs === 0 ? 30_000 : Math.min(timeoutMs, MAX_TIMEOUT_MS);

/** A captured request to be sent again as it was, byte for byte, in the console's own name. */
export function resendInput(detail: ExchangeDetail, bytes: Uint8Array): ComposeInput {
  const { row, request, flags } = detail;
  return {
    as: null,
    method: METHODS.find((method) => method === row.method) ?? 'GET',
    uri: row.uri,
    headers: ownHeaders(detail).map(([name, value]) => [name, value]),
    bodyBase64: toBase64(bytes),
    encoding: ENCODINGS.find((encoding) => encoding === request.encoding) ?? 'bytes',
    timeoutMs: timeoutOf(detail),
    idempotent: (flags & IDEMPOTENT) !== 0,
  };
}

/** A captured request as a draft that would send the same again, in the console's own name. */
export function draftOfExchange(detail: ExchangeDetail, bytes: Uint8Array): Draft {
  const { row, request } = detail;
  return {
    as: null,
    method: METHODS.find((method) => method === row.method) ?? 'GET',
    uri: row.uri,
    headers: ownHeaders(detail),
    ...formOf(request.encoding, bytes),
    hexEncoding: ENCODINGS.find((encoding) => encoding === request.encoding) ?? 'bytes',
    timeoutMs: timeoutOf(detail),
    idempotent: (detail.flags & IDEMPOTENT) !== 0,
  };
}
