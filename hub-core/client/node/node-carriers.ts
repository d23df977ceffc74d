import { ALL_ABILITIES, REQUESTS_ONLY, type Carrier, type Carriers } from '../carrier.ts';
import { dialHttp, HTTP_SUBPROTOCOLS } from '../http-dial.ts';
import { dialWebRtc } from '../rtc-dial.ts';
import { dialNodeWebSocket } from './node-dial.ts';
import { createNodePeer } from './rtc-peer.ts';
import { dialTcp, dialTls, STREAM_SUBPROTOCOLS } from './stream-dial.ts';
import { dialUdp } from './udp/dial-udp.ts';

const webSocket: Carrier = { dial: dialNodeWebSocket, abilities: ALL_ABILITIES };
const http: Carrier = { dial: dialHttp, abilities: REQUESTS_ONLY, subprotocols: HTTP_SUBPROTOCOLS };
const webRtc: Carrier = {
  dial: dialWebRtc(createNodePeer),
  abilities: ALL_ABILITIES,
  subprotocols: STREAM_SUBPROTOCOLS,
};

/** A datagram may be lost, which nobody could make up for on the hub's side. */
const udp: Carrier = {
  dial: dialUdp,
  abilities: { provide: false, streams: false },
  subprotocols: STREAM_SUBPROTOCOLS,
};

/** What a Node program can connect over. */
export const nodeCarriers: Carriers = {
  'ws:': webSocket,
  'wss:': webSocket,
  'http:': http,
  'https:': http,
  'tcp:': { dial: dialTcp, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
  'tls:': { dial: dialTls, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
  'udp:': udp,
  'rtc+http:': webRtc,
  'rtc+https:': webRtc,
};
