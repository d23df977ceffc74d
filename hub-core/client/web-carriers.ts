import { ALL_ABILITIES, REQUESTS_ONLY, type Carrier, type Carriers } from './carrier.ts';
import { dialHttp, HTTP_SUBPROTOCOLS } from './http-dial.ts';
import { dialWebSocket } from './web-dial.ts';

const webSocket: Carrier = { dial: dialWebSocket, abilities: ALL_ABILITIES };
const http: Carrier = { dial: dialHttp, abilities: REQUESTS_ONLY, subprotocols: HTTP_SUBPROTOCOLS };

/** What a browser, a worker, or any runtime with a WebSocket of its own can connect over. */
export const webCarriers: Carriers = { 'ws:': webSocket, 'wss:': webSocket, 'http:': http, 'https:': http };
