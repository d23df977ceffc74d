import type { ConsoleLine, ConsolePort } from '../router/serve-console.ts';

/** Passes the frames of a console's line to another thread and back, unread. Either end closes the other. */
export function forwardLine(line: ConsoleLine, port: ConsolePort): void {
  // A copy: a received frame is a view of a larger buffer, all of which would be cloned.
  line.onFrame((frame) => port.postMessage(typeof frame === 'string' ? frame : new Uint8Array(frame)));
  line.onClose(() => port.close());
  port.on('message', (frame) => line.send(frame));
  port.on('close', () => line.close());
}
