/**
 * What the hub tells the traffic store: one exchange is a request and what came of it. Numbers in milliseconds are from
 * the hub's one monotonic clock; `clockOffsetMs` of a batch turns them into wall time.
 */
import type { ChoiceBatch } from './choices.ts';
import type { FrameBatch } from './frames.ts';
import type { HeaderPair } from './header-pair.ts';

/** Where a body lies in its batch's `bytes`, and how large it really was. */
export interface BodySlice {
  /** Offset in the batch's `bytes`. */
  readonly offset: number;
  /** Bytes that are there: less than `total` when the body was over the capture limit, 0 when it was dropped. */
  readonly stored: number;
  /** Bytes that passed through the hub. */
  readonly total: number;
}

/**
 * How an exchange ended. `refused`: by the hub before any provider got it; `built-in`: the hub itself is the provider;
 * `middleware`: one answered or refused it.
 */
export type ExchangeOutcome =
  | 'replied'
  | 'built-in'
  | 'middleware'
  | 'refused'
  | 'deadline'
  | 'cancelled'
  | 'provider-lost'
  | 'caller-lost'
  | 'one-way';

export interface ExchangeStart {
  /** Grows by one per exchange over the whole life of the store. */
  readonly seq: number;
  readonly receivedMs: number;
  /** Upper-case word, `CALL` or the HTTP methods. */
  readonly method: string;
  /** `/service-id/route?query` as sent. */
  readonly uri: string;
  /** First segment of the uri, whether such a service exists or not. */
  readonly service: string;
  readonly from: string;
  readonly connection: string;
  readonly via: 'socket' | 'http' | 'console';
  /** What the caller's connection runs over: `websocket`, `tcp`, `tls`, `udp`, `webrtc`, `http` or `console`; '' where nobody knows. */
  readonly transport: string;
  readonly correlationId: number;
  readonly flags: number;
  readonly encoding: number;
  readonly timeoutMs: number;
  readonly headers: readonly HeaderPair[];
  readonly body: BodySlice;
}

export interface ExchangeEnd {
  readonly seq: number;
  readonly outcome: ExchangeOutcome;
  readonly status: number;
  /** The wire's error name when the hub answered with an error, else ''. */
  readonly error: string;
  /** `service@connection` of the channel that answered last, '' when none was reached. */
  readonly provider: string;
  readonly providerClient: string;
  /** Providers tried, 0 when none was reached. */
  readonly attempts: number;
  readonly encoding: number;
  readonly headers: readonly HeaderPair[];
  readonly body: BodySlice;
  /** Of a request whose body came in pieces: the whole, instead of what its start says. */
  readonly requestBody?: BodySlice | undefined;
  /** Route found, grant held. NaN when it never came that far; so for the next three. */
  readonly checkedMs: number;
  /** Handed to the (last) provider. Between this and `checkedMs` it waited for a free channel. */
  readonly sentMs: number;
  readonly repliedMs: number;
  /** Answer handed to the caller's connection, or given up. */
  readonly endedMs: number;
}

/** Handed over after 25 ms, 512 exchanges or 512 KiB, whichever is first. `bytes` is transferred, not copied. */
export interface TrafficBatch {
  /** Wall time minus monotonic time when the batch was made, ms. */
  readonly clockOffsetMs: number;
  readonly starts: readonly ExchangeStart[];
  /** Of these starts or of earlier ones. */
  readonly ends: readonly ExchangeEnd[];
  /** Exchanges (rows) and bodies left out since the last batch because the store could not keep up. */
  readonly droppedRows: number;
  readonly droppedBodies: number;
  /** A number that is kept for the row which tells of the dropped ones; no exchange has it. */
  readonly gapSeq?: number | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How requests of this batch or of earlier ones came to their providers; absent when there was nothing to choose. */
  readonly choices?: ChoiceBatch | undefined;
  /** In wire order; absent while frames are not recorded. */
  readonly frames?: FrameBatch | undefined;
  /** Frames left out since the last batch. */
  readonly droppedFrames?: number | undefined;
}
