/** What the hub and its WebRTC thread say to each other. Everything is a structured clone; frames are transferred. */
import type { TransportViolation } from '../../../common/transport/transport.ts';

export interface RtcThreadInit {
  /** Largest message that a peer may send and is sent, bytes. */
  readonly maxMessageBytes: number;
  /** UDP ports, first and last; undefined = the system chooses. */
  readonly portRange: readonly [first: number, last: number] | undefined;
}

/** Frames and acknowledgements of one tick. */
export interface Tick {
  readonly type: 'tick';
  /** See FrameBatch. */
  readonly frames: ArrayBuffer | undefined;
  /** See ByteAcks: to the hub bytes that are on their way to the peer, to the thread bytes that the hub took. */
  readonly acks: readonly number[];
}

/** Numbers of peers are the hub's, and never used twice while a thread lives. */
export type RtcCommand =
  | Tick
  /** @see cleanOffer. `addresses`: those that the peer is told to come to. */
  | { readonly type: 'offer'; readonly peer: number; readonly sdp: string; readonly addresses: readonly string[] }
  /** Sends what is queued, then closes the channel. */
  | { readonly type: 'close'; readonly peer: number }
  /** Ends it at once. */
  | { readonly type: 'cut'; readonly peer: number };

export type RtcReport =
  | Tick
  | { readonly type: 'answer'; readonly peer: number; readonly sdp: string }
  /** The offer leads nowhere; nothing is kept of it. */
  | { readonly type: 'refused'; readonly peer: number; readonly text: string }
  /** The channel is there. `maxFrameBytes`: most that the peer takes. */
  | { readonly type: 'open'; readonly peer: number; readonly remoteAddress: string; readonly maxFrameBytes: number }
  | { readonly type: 'violation'; readonly peer: number; readonly violation: TransportViolation }
  /** Nothing comes from it any more. @see CloseReason */
  | { readonly type: 'closed'; readonly peer: number; readonly code: number; readonly text: string }
  /** Something was thrown that no peer could be found for; the thread goes on. */
  | { readonly type: 'trouble'; readonly text: string };
