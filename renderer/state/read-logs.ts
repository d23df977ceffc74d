import { bridge } from './console.ts';
import { readLog } from './log.ts';

/** Reads what each log has more by now. Those that are out of reach are left as they are. */
export async function readLogs(signal: AbortSignal): Promise<void> {
  const { hub, capture, desktop } = bridge;
  await Promise.allSettled([
    readLog('hub', (input) => hub.log.read(input, { signal })),
    readLog('store', (input) => capture.log(input, { signal })),
    ...(desktop === undefined ? [] : [readLog('app', (input) => desktop.log(input, { signal }))]),
  ]);
}
