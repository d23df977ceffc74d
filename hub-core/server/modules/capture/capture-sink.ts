import type { TrafficBatch } from '../../../common/traffic/exchange.ts';

/**
 * From most to least. `headers-only`: bodies are not copied. `paused`: nothing new is recorded and no sequence number is used
 * up; what began is finished. `off`: that neither.
 */
export type CaptureMode = 'recording' | 'headers-only' | 'paused' | 'off';

/** Memory of the store's thread, which holds it beside what SQLite itself takes. */
export interface StoreMemory {
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** Of buffers outside the heap. */
  readonly externalBytes: number;
}

/** Where the hub's capture module hands its batches: in practice a port to the capture thread. */
export interface CaptureSink {
  /** `batch.bytes` is transferred: the hub does not touch it again. */
  write(batch: TrafficBatch): void;
  /** Bytes handed over and not yet acknowledged by the store; over the hub's budget bodies, then rows, are dropped. */
  readonly pendingBytes: number;
  /** As the store told last, some seconds ago at most; undefined before it did. */
  readonly memory?: StoreMemory | undefined;
  /** A sequence number, above every one that the store has: they only grow. */
  takeSeq(): number;
  /** Read for each exchange that begins and for each body that is kept. */
  modeOf(service: string): CaptureMode;
  /** Whether frames are recorded; read for each. Absent: they are not. */
  readonly framesWanted?: boolean;
  /** @param flush hands over what is gathered, so that numbers can be kept for others behind it */
  bindTap(flush: () => void): void;
}
