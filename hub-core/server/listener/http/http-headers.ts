import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUtf8 } from 'node:buffer';
import type { Header } from '../../../common/protocol/message.ts';
import { connectionOptions, isReturned, type HeaderPolicy } from '../../access/header-policy.ts';
import { FORWARDED, forwardedElement } from './forwarded-header.ts';
import { REQUEST_ID } from './request-id.ts';

/** Node reads header bytes as Latin-1; what is UTF-8 underneath is given to providers as that. */
function fromWire(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** Node writes only Latin-1: UTF-8 goes out byte for byte. */
function toWire(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

/** What the hub adds to a request's headers. */
export interface AddedHeaders {
  /** As the client named the hub. */
  readonly host: string | undefined;
  readonly requestId: string;
}

/** The headers of a request that go on to the provider, in their order, repeated ones one by one; the hub's own come last. */
export function forwardedHeaders(request: IncomingMessage, policy: HeaderPolicy, added: AddedHeaders): Header[] {
  const { rawHeaders, headers } = request;
  const ending = connectionOptions(headers.connection);
  const forwarded: Header[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (ending.has(name) || name === REQUEST_ID) continue;
    const value = policy.forwarded(name, rawHeaders[i + 1] ?? '');
    if (value !== undefined) forwarded.push({ name, value: fromWire(value) });
  }
  if (policy.mayAdd(REQUEST_ID)) forwarded.push({ name: REQUEST_ID, value: added.requestId });
  // Each proxy adds its element; several fields are one list (RFC 7239, section 4).
  if (policy.mayAdd(FORWARDED)) forwarded.push({ name: FORWARDED, value: forwardedElement(request, added.host) });
  return forwarded;
}

/** Sets what a provider's answer may set. The request's id is the hub's to tell. */
export function returnHeaders(headers: readonly Header[], response: ServerResponse): void {
  const ending = connectionOptions(headers.find(({ name }) => name === 'connection')?.value);
  for (const { name, value } of headers) {
    if (name !== REQUEST_ID && !ending.has(name) && isReturned(name, value)) response.appendHeader(name, toWire(value));
  }
}
