import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUtf8 } from 'node:buffer';
import type { Header } from '../../../common/protocol/message.ts';
import { connectionOptions, isReturned, type HeaderPolicy } from '../../access/header-policy.ts';

/** Node reads header bytes as Latin-1; what is UTF-8 underneath is given to providers as that. */
function fromWire(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** Node writes only Latin-1: UTF-8 goes out byte for byte. */
function toWire(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

/** The headers of a request that go on to the provider, in their order, repeated ones one by one. */
export function forwardedHeaders({ rawHeaders, headers }: IncomingMessage, policy: HeaderPolicy): readonly Header[] {
  const ending = connectionOptions(headers.connection);
  const forwarded: Header[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (ending.has(name)) continue;
    const value = policy.forwarded(name, rawHeaders[i + 1] ?? '');
    if (value !== undefined) forwarded.push({ name, value: fromWire(value) });
  }
  return forwarded;
}

/** Sets what a provider's answer may set. */
export function returnHeaders(headers: readonly Header[], response: ServerResponse): void {
  const ending = connectionOptions(headers.find(({ name }) => name === 'connection')?.value);
  for (const { name, value } of headers) {
    if (!ending.has(name) && isReturned(name, value)) response.appendHeader(name, toWire(value));
  }
}
