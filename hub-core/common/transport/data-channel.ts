/** What both ends of a WebRTC link agree on (docs/webrtc.md). */

/** The data channel that carries messages. */
export const CHANNEL_LABEL = 'whub';

/** Where a hub takes offers. */
export const OFFER_PATH = '/rtc/offer';

/** Content type of a session description (RFC 8866, section 8.2). */
export const SDP_CONTENT_TYPE = 'application/sdp';

/** Largest message that browsers agree to send: what Chromium and Firefox announce, bytes. */
export const MAX_CHANNEL_MESSAGE_BYTES = 256 << 10;

/** What a side takes that announces nothing, bytes (RFC 8841, section 6.1). */
const DEFAULT_MESSAGE_BYTES = 64 << 10;

/**
 * Largest message that the writer of a session description takes, bytes; never above {@link MAX_CHANNEL_MESSAGE_BYTES}.
 *
 * @param sdp a whole session description
 */
export function maxMessageBytesOf(sdp: string): number {
  const announced = /^a=max-message-size:(\d{1,15})\s*$/m.exec(sdp)?.[1];
  const bytes = announced === undefined ? DEFAULT_MESSAGE_BYTES : Number(announced);
  return bytes === 0 ? MAX_CHANNEL_MESSAGE_BYTES : Math.min(bytes, MAX_CHANNEL_MESSAGE_BYTES);
}

/** The part of the platform's RTCDataChannel that is used here. */
export interface DataChannelLike {
  binaryType: string;
  readonly readyState: string;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'bufferedamountlow', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface SessionDescriptionLike {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** The part of the platform's RTCPeerConnection that is used here. */
export interface PeerConnectionLike {
  readonly connectionState: string;
  readonly localDescription: { readonly sdp: string } | null;
  createDataChannel(label: string, options: { readonly ordered: true }): DataChannelLike;
  /** Makes the offer, and begins to look for ways to the other side. */
  setLocalDescription(): Promise<unknown>;
  setRemoteDescription(description: SessionDescriptionLike): Promise<unknown>;
  addEventListener(type: 'connectionstatechange', listener: () => void): void;
  close(): unknown;
}

/** Ends a peer. What an implementation's own `close` fails with is of no use to anyone: the link is over either way. */
export function endPeer(peer: Pick<PeerConnectionLike, 'close'>): void {
  // A platform's returns nothing, others a promise, and any may throw: what nobody heard of would end a Node program.
  const close = async (): Promise<void> => void (await peer.close());
  close().catch(() => undefined);
}
