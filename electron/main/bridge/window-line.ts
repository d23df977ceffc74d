import type { ConsoleFrame, ConsoleLine } from '../../../hub-core/console/router/serve-console.ts';
import type { WindowPort } from './pump.ts';

/** A window's port as a line of the console's contract. What is no frame is passed on as it is, and refused there. */
export function windowLine(port: WindowPort): ConsoleLine {
  return {
    send: (frame) => port.postMessage(frame),
    close: () => port.close(),
    onFrame: (listener) => port.on('message', ({ data }) => listener(data as ConsoleFrame)),
    onClose: (listener) => port.once('close', listener),
  };
}
