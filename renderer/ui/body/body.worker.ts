import { runBodyJob } from './body-job.ts';
import type { BodyJob, BodyResult } from './body-job.ts';

/** What the thread says to its page. */
export type BodyWorkerMessage =
  | { readonly type: 'piece'; readonly text: string }
  | { readonly type: 'done'; readonly result: BodyResult }
  | { readonly type: 'failed'; readonly message: string };

function transferables(result: BodyResult): Transferable[] {
  if (result.kind !== 'tree') return [];
  const { kind, start, end, key, parent, next } = result.index;
  return [kind, start, end, key, parent, next].map((column) => column.buffer);
}

/** The page hands over a port first; jobs come through it one after another. */
addEventListener('message', ({ ports: [port] }) => {
  if (port === undefined) return;
  const say = (message: BodyWorkerMessage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  port.addEventListener('message', ({ data }: MessageEvent<BodyJob>) => {
    try {
      const result = runBodyJob(data, (text) => say({ type: 'piece', text }));
      say({ type: 'done', result }, transferables(result));
    } catch (error) {
      say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
  port.start();
});
