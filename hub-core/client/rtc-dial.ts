import { createDataChannelTransport } from '../common/transport/data-channel-transport.ts';
import {
  CHANNEL_LABEL,
  endPeer,
  maxMessageBytesOf,
  OFFER_PATH,
  SDP_CONTENT_TYPE,
  type DataChannelLike,
  type PeerConnectionLike,
} from '../common/transport/data-channel.ts';
import { ConnectError } from './errors.ts';
import type { Dial, DialTarget } from './options.ts';

/** Makes one end of a WebRTC link: the platform's RTCPeerConnection, or another of the same interface. */
export type CreatePeerConnection = () => PeerConnectionLike | Promise<PeerConnectionLike>;

/** What stands before the scheme over which the offer goes: `rtc+http:`. */
const SCHEME_PREFIX = /^rtc\+/;

/**
 * Opens links over WebRTC data channels to urls like `rtc+http://host:port`: the offer goes to the hub over HTTP, messages then go
 * from peer to peer, encrypted. No other server is asked for anything.
 *
 * @param createPeer called for each attempt
 * @example
 * // With a WebRTC implementation of your own choice:
 * await HubClient.connect({ url: 'rtc+http://127.0.0.1:7410', dial: dialWebRtc(() => new RTCPeerConnection()) });
 */
export function dialWebRtc(createPeer: CreatePeerConnection): Dial {
  return async (target) =>
    createDataChannelTransport({ ...(await openWebRtcChannel(createPeer, target)), clock: target.clock });
}

/** A channel that is open, and what it is a part of. */
interface WebRtcChannel {
  readonly peer: PeerConnectionLike;
  readonly channel: DataChannelLike;
  readonly remoteAddress: string;
  readonly maxFrameBytes: number;
}

/** @throws {ConnectError} when the hub takes no offer, or no way leads to it */
export async function openWebRtcChannel(createPeer: CreatePeerConnection, target: DialTarget): Promise<WebRtcChannel> {
  const { url, frameType } = target;
  if (frameType !== 'binary') {
    throw new ConnectError(`Cannot connect to "${url}": WebRTC carries whub.v1.fbs only, leave "subprotocol" out`);
  }
  const peer = await createPeer();
  try {
    const channel = peer.createDataChannel(CHANNEL_LABEL, { ordered: true });
    channel.binaryType = 'arraybuffer';
    await peer.setLocalDescription();
    // The hub needs no addresses of ours: it answers where we knock. So nobody waits until all of them are known.
    const answer = await exchange(peer.localDescription?.sdp ?? '', target);
    await opened(peer, channel, { target, answer });
    return { peer, channel, remoteAddress: new URL(offerUrl(url)).host, maxFrameBytes: maxMessageBytesOf(answer) };
  } catch (error) {
    endPeer(peer);
    throw error;
  }
}

function offerUrl(url: string): string {
  return new URL(OFFER_PATH, url.replace(SCHEME_PREFIX, '')).href;
}

/** @returns the hub's session description */
async function exchange(offer: string, { url, signal }: DialTarget): Promise<string> {
  let response: Response;
  try {
    response = await fetch(offerUrl(url), {
      method: 'POST',
      headers: { 'content-type': SDP_CONTENT_TYPE, accept: SDP_CONTENT_TYPE },
      body: offer,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // A browser says no more than this, so that a page cannot find out what listens where.
    throw new ConnectError(`Cannot connect to "${url}": no hub answers there`, { cause: error });
  }
  const text = await response.text();
  if (response.ok) return text;
  throw new ConnectError(`Cannot connect to "${url}": it answers HTTP ${String(response.status)} ${detailOf(text)}`);
}

/** The words of a problem document; of anything else nothing is shown. */
function detailOf(text: string): string {
  try {
    const problem: unknown = JSON.parse(text);
    const detail: unknown =
      typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'detail') : undefined;
    return typeof detail === 'string' ? detail : '';
  } catch (error) {
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}

async function opened(
  peer: PeerConnectionLike,
  channel: DataChannelLike,
  { target, answer }: { readonly target: DialTarget; readonly answer: string },
): Promise<void> {
  const { url, signal } = target;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (): void => {
    reject(new ConnectError(`Cannot connect to "${url}": no way leads to the address that the hub answers at`));
  };
  const abort = (): void => reject(signal.reason as Error);
  channel.addEventListener('open', resolve);
  channel.addEventListener('close', fail);
  peer.addEventListener('connectionstatechange', () => {
    if (peer.connectionState === 'failed' || peer.connectionState === 'closed') fail();
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    // Nobody waits any more when setting the description failed.
    promise.catch(() => undefined);
  }
}
