import { ALL_ABILITIES, type Carrier, type Carriers } from '../carrier.ts';
import { dialNodeWebSocket } from './node-dial.ts';
import { dialTcp, dialTls, STREAM_SUBPROTOCOLS } from './stream-dial.ts';

const webSocket: Carrier = { dial: dialNodeWebSocket, abilities: ALL_ABILITIES };

/** What a Node program can connect over. */
export const nodeCarriers: Carriers = {
  'ws:': webSocket,
  'wss:': webSocket,
  'tcp:': { dial: dialTcp, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
  'tls:': { dial: dialTls, abilities: ALL_ABILITIES, subprotocols: STREAM_SUBPROTOCOLS },
};
