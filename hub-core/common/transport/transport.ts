import type { Event } from '../base/emitter.ts';
import type { FrameType } from '../protocol/codec.ts';

/** Why a link ended. `code` is the WebSocket's close code or its nearest meaning: 1000 normal, 1006 lost, 4000 + status. */
export interface CloseReason {
  readonly code: number;
  readonly text: string;
}

/** How the other side broke the rules of the link itself. */
export interface TransportViolation {
  readonly kind: 'wrong-type' | 'too-large';
  readonly text: string;
}

export type TransportKind = 'memory' | 'websocket' | 'tcp' | 'tls' | 'udp' | 'webrtc' | 'http';

/**
 * Moves whole frames over one link. Knows nothing of messages.
 *
 * Frames arrive in order, one `onFrame` each, and none before the first subscriber: what came earlier is kept for it.
 * After `onDidClose` (exactly once) nothing more is announced.
 */
export interface Transport {
  readonly kind: TransportKind;
  readonly frameType: FrameType;
  /** Host and port of the other side, for people; `memory` for the in-memory pair. */
  readonly remoteAddress: string;
  /** Largest frame that the link carries, either way, bytes; absent = it has no limit of its own. */
  readonly maxFrameBytes?: number;
  /** Set where the other side only calls: a link that may lose a frame carries no services and no news of them. */
  readonly callsOnly?: true;
  /** Bytes accepted by `send` and not yet handed to the system. */
  readonly bufferedBytes: number;
  /** The frame's bytes are the subscriber's: nobody else writes to or reuses them. */
  readonly onFrame: Event<Uint8Array>;
  /** After `send` returned false: `bufferedBytes` fell below half of the high-water mark. */
  readonly onDidDrain: Event<void>;
  /**
   * The other side broke the link's own rules; the text says how, action first. `wrong-type` is a frame of the other
   * frame type, `too-large` one above the link's limit. Nothing more is read; the owner says Goodbye and closes.
   */
  readonly onViolation: Event<TransportViolation>;
  readonly onDidClose: Event<CloseReason>;
  /**
   * Queues one frame for this tick's write. After close it is dropped: the link's end is announced by `onDidClose`.
   *
   * @param frame owned by the transport from now on
   * @returns false when over the high-water mark: send no more than must be sent until `onDidDrain`
   */
  send(frame: Uint8Array): boolean;
  /** Stops or resumes reading. What was read already may still be announced. */
  setReading(reading: boolean): void;
  /** Ends politely: what is queued is sent, then the close handshake, at most `closeTimeoutMs`, then cut. Idempotent. */
  close(reason: CloseReason): void;
  /** Cuts at once. Idempotent. */
  terminate(): void;
}
