import { once } from 'node:events';
import { workerData, type MessagePort } from 'node:worker_threads';

/** The data of a worker: a port over which comes what it is to begin with. */
export interface WorkerStart {
  readonly start: MessagePort;
}

/** Waits for what this thread is to begin with: its code may have been loaded ahead of that. */
export async function threadInit<Init>(): Promise<Init> {
  const { start } = workerData as WorkerStart;
  const [init] = (await once(start, 'message')) as [Init];
  start.close();
  return init;
}
