import { ALL_ABILITIES, type Carrier, type Carriers } from '../carrier.ts';
import { dialNodeWebSocket } from './node-dial.ts';
import { dialTcp, dialTls, STREAM_SUBPROTOCOLS } from './stream-dial.ts';
import { dialUdp } from './udp/dial-udp.ts';

const webSocket: Carrier = { dial: dialNodeWebSocket, abilities: ALL_ABILITIES };

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
  'tcp:': { dial: dialTcp, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
  'tls:': { dial: dialTls, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
  'udp:': udp,
};
