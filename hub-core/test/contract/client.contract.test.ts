import { afterAll, beforeAll } from 'vitest';
import type { ConnectOptions, DialTarget } from '../../client/node/index.ts';
import { TestAuthority, writeCertificate } from '../support/certificates.ts';
import { GatewayClient } from '../support/gateway-client.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { clientContract, type ClientTraits } from './client.contract.ts';

const ALL: ClientTraits = { streams: true, provides: true };
const REQUESTS: ClientTraits = { streams: false, provides: false };
/** Of a datagram without the header of its session. */
const MAX_DATAGRAM_BODY_BYTES = 1_172;

const owned = new AsyncDisposableStack();
let hub: TestHub;
let ca: string;

beforeAll(async () => {
  const authority = await TestAuthority.create();
  const folder = owned.use(await createTempFolder()).path;
  ca = authority.ca;
  // One hub on one port for all of them.
  hub = owned.use(await startTestHub({ tls: writeCertificate(folder, await authority.server()) }));
}, 60_000);
afterAll(() => owned.disposeAsync(), 60_000);

const over =
  (scheme: string, more: Partial<ConnectOptions> = {}) =>
  () => ({ hub, options: { url: `${scheme}://127.0.0.1:${String(hub.port)}`, ...more } });
const encrypted = (scheme: string) => () => over(scheme, { tls: { ca } })();

const within = () => ({
  hub,
  options: { url: hub.url, dial: ({ subprotocol }: DialTarget) => Promise.resolve(hub.hub.connect(subprotocol)) },
});

clientContract('in memory', within, ALL);
clientContract('ws binary', over('ws'), ALL);
clientContract('ws json', over('ws', { subprotocol: 'whub.v1.json' }), ALL);
clientContract('wss', encrypted('wss'), ALL);
clientContract('tcp', over('tcp'), ALL);
clientContract('tls', encrypted('tls'), ALL);
clientContract('udp', over('udp'), { ...REQUESTS, maxBodyBytes: MAX_DATAGRAM_BODY_BYTES });
clientContract('http', () => ({ ...over('http')(), Client: GatewayClient }), { ...REQUESTS, query: 'a=%2F&b=%C3%BC' });
clientContract('http rpc', over('http'), REQUESTS);
clientContract('webrtc', over('rtc+http'), { ...ALL, maxBodyBytes: 256 << 10 });
