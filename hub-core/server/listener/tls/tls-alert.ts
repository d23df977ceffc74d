import type { Socket } from 'node:net';
import { lingerAndEnd } from '../linger.ts';

/**
 * A record of TLS 1.2 with the fatal alert handshake_failure, which TLS 1.3 takes too.
 *
 * @see RFC 8446, sections 5.1 and 6.2
 */
const HANDSHAKE_FAILURE = Uint8Array.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/** Tells whoever sent a ClientHello, in its own words, that no TLS is spoken here. */
export function refuseTls(socket: Socket): void {
  lingerAndEnd(socket, [HANDSHAKE_FAILURE]);
}
