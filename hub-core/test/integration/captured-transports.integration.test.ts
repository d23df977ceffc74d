import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import type { CaptureContract, ExchangeRow } from '../../console/contract/capture-contract.ts';
import type { HubContract } from '../../console/contract/hub-contract.ts';
import { createHubHost } from '../../host/create-hub-host.ts';
import type { HubHost } from '../../host/hub-host.ts';
import { temporaryFolder } from '../support/traffic.ts';

type CaptureConsole = ContractRouterClient<CaptureContract>['capture'];
type HubConsole = ContractRouterClient<HubContract>;

/** How each exchange comes in, by the path that it asks for. */
const WAYS = ['websocket', 'tcp', 'udp', 'http', 'console'] as const;

let owned: AsyncDisposableStack;
let hub: HubConsole;
let capture: CaptureConsole;

function consoleLine(host: HubHost, root: 'hub' | 'capture'): RPCLink<Record<never, never>> {
  const port = host.connectConsole(root);
  port.start();
  owned.defer(() => port.close());
  return new RPCLink({ port });
}

async function rowsOf(query: string): Promise<readonly ExchangeRow[]> {
  const { queryId } = await capture.open({ query });
  const { rows } = await capture.window({ queryId, from: 0, count: 64 });
  await capture.close({ queryId });
  return rows;
}

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  const host = owned.use(
    createHubHost({
      config: { dataDir: join(folder.path, 'data'), port: 0, transports: { udp: true } },
      consoleAssetsDir: undefined,
      logLevel: 'silent',
    }),
  );
  const { url, port } = await host.start();
  hub = createORPCClient(consoleLine(host, 'hub'));
  capture = createORPCClient<ContractRouterClient<CaptureContract>>(consoleLine(host, 'capture')).capture;
  const { key } = await hub.clients.register({ client: 'cat', mayCall: ['*'], mayProvide: ['*'] });
  const address = `127.0.0.1:${String(port)}`;
  const connect = async (to: string): Promise<HubClient> =>
    owned.use(await HubClient.connect({ url: to, client: 'cat', key }));
  const provider = await connect(url);
  await provider.provide({
    id: 'echo',
    routes: [{ pattern: '/*rest', handler: (request) => ({ body: request.uri }) }],
  });

  await provider.request({ uri: '/echo/websocket' });
  for (const kind of ['tcp', 'udp'] as const) {
    const client = await connect(`${kind}://${address}`);
    await client.request({ uri: `/echo/${kind}` });
  }
  await fetch(`http://${address}/echo/http`, { headers: { authorization: `Bearer ${key}` } });
  await hub.compose.send({
    ...{ as: null, method: 'GET', uri: '/echo/console', headers: [], bodyBase64: '' },
    ...{ encoding: 'bytes', timeoutMs: 5_000, idempotent: false },
  });
  const isStored = async (): Promise<boolean> => (await rowsOf('service:echo status:200')).length === WAYS.length;
  await vi.waitUntil(isStored, { timeout: 20_000 });
}, 60_000);

afterAll(() => owned.disposeAsync());

describe('captured exchanges over several transports', () => {
  it.each(WAYS)('[TS10] are found by transport:%s', async (transport) => {
    const rows = await rowsOf(`service:echo transport:${transport}`);
    expect(rows.map((row) => [row.uri, row.transport])).toEqual([[`/echo/${transport}`, transport]]);
  });

  it('[TS10] have the word that the list of connections has', async () => {
    const transports = new Map((await hub.connections.list()).map(({ id, transport }) => [id, transport]));
    for (const { connection, transport } of await rowsOf('service:echo transport:websocket,tcp,udp'))
      expect(transports.get(connection)).toBe(transport);
  });

  it('[TS10] are offered with the transports that were seen', async () => {
    const query = 'transport:';
    const { items } = await capture.complete({ query, cursor: query.length });
    const counted = items.filter(({ count = 0 }) => count > 0).map(({ text }) => text);
    expect(counted.toSorted()).toEqual([...WAYS].toSorted());
  });

  it('[TS10] keep it through an export and an import, and records without it have none', async () => {
    const { exportId } = await capture.export.open({ query: 'service:echo transport:udp' });
    const { lines } = await capture.export.read({ exportId });
    const old = lines.replace('"transport":"udp",', '');
    expect(old).not.toBe(lines);
    expect(await capture.importRecords({ lines: lines + old })).toEqual({ imported: 2 });
    expect((await rowsOf('is:imported')).map(({ transport }) => transport)).toEqual(['udp', '']);
  });
});
