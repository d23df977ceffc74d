import type { TrafficBatch } from '../../../common/traffic/exchange.ts';

/** `paused`: nothing is recorded and no sequence number is used up. `headers-only`: bodies are not copied. */
export type CaptureMode = 'recording' | 'headers-only' | 'paused';

/** Where the hub's capture module hands its batches: in practice a port to the capture thread. */
export interface CaptureSink {
  /** `batch.bytes` is transferred: the hub does not touch it again. */
  write(batch: TrafficBatch): void;
  /** Bytes handed over and not yet acknowledged by the store; over the hub's budget bodies, then rows, are dropped. */
  readonly pendingBytes: number;
  /** Sequence number of the first exchange that this hub records, read once at start: the store's last one + 1. */
  readonly firstSeq: number;
  /** Read for each exchange that begins; one that began is ended in the store whatever the mode is by then. */
  readonly mode: CaptureMode;
}
