import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { hostLiteral } from '../../access/host-policy.ts';

export const FORWARDED = 'forwarded';
/** RFC 9110, section 5.6.2: what needs no quotes. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function valueOf(text: string): string {
  return TOKEN.test(text) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/**
 * What the hub knows of an HTTP request's way to it, as one element of a `Forwarded` header (RFC 7239, section 4).
 *
 * @param host as the client named the hub
 */
export function forwardedElement({ socket }: IncomingMessage, host: string | undefined): string {
  const address = socket.remoteAddress === undefined ? 'unknown' : hostLiteral(socket.remoteAddress);
  const scheme = socket instanceof TLSSocket ? 'https' : 'http';
  const named = host === undefined ? '' : `;host=${valueOf(host)}`;
  return `for=${valueOf(address)}${named};proto=${scheme}`;
}
