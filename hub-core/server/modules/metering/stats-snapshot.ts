/** Counts now, rates over the last full second. Latencies in ms, null when nothing was answered in it. */
export interface StatsSnapshot {
  readonly atMs: number;
  readonly connections: number;
  /** Of these, how many over each transport: `websocket`, `tcp` … */
  readonly transports: Readonly<Record<string, number>>;
  readonly clients: number;
  readonly services: number;
  readonly providers: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly requestsPerSec: number;
  readonly repliesPerSec: number;
  readonly errorsPerSec: number;
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  readonly latencyP99Ms: number | null;
  readonly eventLoopDelayMs: number;
  /** Of the whole process, with every thread. */
  readonly rssBytes: number;
  /** Heap in use of the hub's own thread. */
  readonly heapUsedBytes: number;
  /** Heap in use of the traffic store's thread, and its buffers outside it; null while they are not known. */
  readonly storeHeapUsedBytes: number | null;
  readonly storeExternalBytes: number | null;
}
