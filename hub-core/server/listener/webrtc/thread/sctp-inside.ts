import type { RTCPeerConnection } from 'werift';

/** Pieces of messages that came before the rest of theirs. */
interface InboundStream {
  readonly reassembly: readonly { readonly tsn: number; readonly userData: Uint8Array }[];
}

/**
 * What is used of werift 0.25.2's SCTP beyond its public API (`src/sctp.ts`): it has no way to stop a peer that sends more
 * than is read, nor one that sends a message without end. The version is pinned, and `sctp-inside.test.ts` fails when a
 * field is gone.
 */
export interface SctpInside {
  /** Receiver window, bytes: what peers may send before more is acknowledged. Falls below 0 when one sends more. */
  advertisedRwnd: number;
  readonly inboundStreams: Readonly<Record<number, InboundStream>>;
  /** Numbers of chunks that came out of order. */
  readonly sackMisOrdered: ReadonlySet<number>;
  /** Chunks that were not sent yet. */
  readonly outboundQueue: readonly unknown[];
  /** Bytes sent and not acknowledged. */
  readonly flightSize: number;
  /** After each round of sending. */
  readonly flush: { subscribe(listener: () => void): unknown };
  sackNeeded: boolean;
  sackImmediate: boolean;
  sendSack(): Promise<void>;
}

const FIELDS = [
  'advertisedRwnd',
  'inboundStreams',
  'sackMisOrdered',
  'outboundQueue',
  'flightSize',
  'flush',
  'sackNeeded',
  'sackImmediate',
  'sendSack',
] as const satisfies readonly (keyof SctpInside)[];

/** @throws {TypeError} when this version of werift is made otherwise */
export function sctpInside(peer: RTCPeerConnection): SctpInside {
  const sctp: unknown = peer.sctpTransport?.sctp;
  if (typeof sctp !== 'object' || sctp === null) throw new TypeError('Cannot watch over the peer: it has no SCTP');
  const missing = FIELDS.filter((field) => !(field in sctp));
  if (missing.length > 0) throw new TypeError(`Cannot watch over the peer: its SCTP has no ${missing.join(', ')}`);
  return sctp as SctpInside;
}

/** Tells the peer of the present window, which it would otherwise learn with its next piece only. */
export async function announceWindow(sctp: SctpInside): Promise<void> {
  sctp.sackNeeded = true;
  sctp.sackImmediate = true;
  await sctp.sendSack();
}

/**
 * The longest run of pieces without a gap at the beginning of what waits: an unfinished message, bytes.
 *
 * @param sctp of a link with one ordered stream in use
 */
export function unfinishedMessageBytes({ inboundStreams }: SctpInside): number {
  let most = 0;
  for (const { reassembly } of Object.values(inboundStreams)) {
    let bytes = 0;
    let expected = reassembly[0]?.tsn;
    for (const { tsn, userData } of reassembly) {
      if (tsn !== expected) break;
      bytes += userData.byteLength;
      expected = (tsn + 1) % 2 ** 32;
    }
    most = Math.max(most, bytes);
  }
  return most;
}
