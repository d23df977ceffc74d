import type { FrameDirection } from '../common/traffic/frames.ts';

/** A frame as lists show it. */
export interface StoredFrame {
  /** Grows by one with each frame, over the whole store. */
  readonly number: number;
  /** Wall time, ms since 1970. */
  readonly atMs: number;
  readonly connection: string;
  readonly direction: FrameDirection;
  /** `request`, `ping`, …; `open` and `close` of the link itself. */
  readonly kind: string;
  /** Of a request, else ''. */
  readonly method: string;
  /** 0 where the kind has none; of `close` the code that the link closed with. */
  readonly status: number;
  readonly flags: number;
  /** Correlation id as on the wire. */
  readonly id: number;
  readonly bytes: number;
  /** Number of the exchange that it belongs to; null for none that is known. */
  readonly exchange: number | null;
}
