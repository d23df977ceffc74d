import { ALL_ABILITIES, REQUESTS_ONLY, type Carrier, type Carriers } from './carrier.ts';
import { dialHttp, HTTP_SUBPROTOCOLS } from './http-dial.ts';
import type { PeerConnectionLike } from '../common/transport/data-channel.ts';
import { ConnectError } from './errors.ts';
import { dialWebRtc } from './rtc-dial.ts';
import { dialWebSocket } from './web-dial.ts';

type PeerConnectionConstructor = new () => PeerConnectionLike;

/** Workers have no RTCPeerConnection. */
function platformPeer(): PeerConnectionLike {
  const Peer = Reflect.get(globalThis, 'RTCPeerConnection') as PeerConnectionConstructor | undefined;
  if (Peer !== undefined) return new Peer();
  throw new ConnectError('Cannot connect over WebRTC: this platform has no RTCPeerConnection, use ws:// or wss://');
}

const webSocket: Carrier = { dial: dialWebSocket, abilities: ALL_ABILITIES };
const http: Carrier = { dial: dialHttp, abilities: REQUESTS_ONLY, subprotocols: HTTP_SUBPROTOCOLS };

const webRtc: Carrier = {
  dial: dialWebRtc(platformPeer),
  abilities: ALL_ABILITIES,
  // JSON is for WebSockets: a data channel carries binary frames alone.
  subprotocols: ['whub.v1.fbs'],
};

/** What a browser, a worker, or any runtime with a WebSocket of its own can connect over. */
export const webCarriers: Carriers = {
  'ws:': webSocket,
  'wss:': webSocket,
  'http:': http,
  'https:': http,
  'rtc+http:': webRtc,
  'rtc+https:': webRtc,
};
