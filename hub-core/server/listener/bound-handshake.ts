import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import type { Connection } from '../access/connection.ts';

/** Room for Hello itself beside what may be held behind it, bytes. */
const HELLO_BYTES = 64 << 10;

export interface HandshakeLimit {
  /** `limits.maxHeldBytes`; 0 = no limit. */
  readonly maxHeldBytes: number;
  /** Reads no more, now that the connection is told to end: what collects frames would go on with the one that is too large. */
  readonly stopReading: () => void;
}

/**
 * Ends a connection that sends too much before its Welcome, a frame that is not finished included: until then nobody knows
 * who it is, and a whole frame of the largest size would be collected for it.
 */
export function boundHandshake(
  connection: Connection,
  socket: Duplex,
  { maxHeldBytes, stopReading }: HandshakeLimit,
): void {
  if (maxHeldBytes === 0) return;
  const maxBytes = maxHeldBytes + HELLO_BYTES;
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    bytes += chunk.byteLength;
    if (connection.state === 'handshaking' && bytes <= maxBytes) return;
    socket.off('data', onData);
    if (connection.state !== 'handshaking') return;
    const text = `Cannot take more before Welcome: the limit is ${String(maxBytes)} bytes`;
    connection.goodbye(new ProtocolError(text, { errorName: 'TOO_LARGE_ERR' }));
    stopReading();
  };
  socket.on('data', onData);
}
