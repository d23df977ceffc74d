import { ALL_ABILITIES, type Carrier, type Carriers } from './carrier.ts';
import { dialWebSocket } from './web-dial.ts';

const webSocket: Carrier = { dial: dialWebSocket, abilities: ALL_ABILITIES };

/** What a browser, a worker, or any runtime with a WebSocket of its own can connect over. */
export const webCarriers: Carriers = { 'ws:': webSocket, 'wss:': webSocket };
