import { ALL_ABILITIES, type Carrier, type Carriers } from '../carrier.ts';
import { dialNodeWebSocket } from './node-dial.ts';

const webSocket: Carrier = { dial: dialNodeWebSocket, abilities: ALL_ABILITIES };

/** What a Node program can connect over. */
export const nodeCarriers: Carriers = { 'ws:': webSocket, 'wss:': webSocket };
