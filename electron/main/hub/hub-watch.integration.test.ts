import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { expect, it } from 'vitest';
import { HubClient } from '../../../hub-core/client/node/index.ts';
import type { HubContract } from '../../../hub-core/console/contract/hub-contract.ts';
import { createHubHost } from '../../../hub-core/host/create-hub-host.ts';
import { addClient } from '../../../hub-core/host/registry-admin.ts';
import { createTempFolder } from '../../../hub-core/test/support/temp-folder.ts';
import { HubSlot } from './hub-slot.ts';
import { HubWatch } from './hub-watch.ts';

/** As a person does in the console. */
async function closeConnections(slot: HubSlot): Promise<void> {
  const port = slot.connectConsole('hub');
  port.start();
  try {
    const hub: ContractRouterClient<HubContract> = createORPCClient(new RPCLink({ port }));
    for (const { id } of await hub.connections.list()) await hub.connections.close({ connection: id, reason: 'test' });
  } finally {
    port.close();
  }
}

it('[DS27] HubWatch counts connections, sets recording, and tells of each loss of a last provider', async () => {
  await using folder = await createTempFolder();
  const grants = { mayCall: ['math'], mayProvide: ['math'] };
  const { key } = addClient(folder.path, { client: 'calc', ...grants });
  const errors: unknown[] = [];
  const slot = new HubSlot({
    createHost: () =>
      createHubHost({
        config: { dataDir: folder.path, port: 0 },
        consoleAssetsDir: undefined,
        carrier: 'place',
        logLevel: 'silent',
      }),
    report: (error) => errors.push(error),
  });
  using watch = new HubWatch(slot, (error) => errors.push(error));
  const emptied: string[] = [];
  watch.onDidEmptyPool.subscribe(({ id }) => emptied.push(id));
  await slot.start();
  if (slot.state.kind !== 'running') throw new Error('The hub does not run');

  await expect.poll(() => watch.captureState).toBe('recording');
  await watch.toggleRecording();
  expect(watch.captureState).toBe('paused');
  await watch.toggleRecording();
  expect(watch.captureState).toBe('recording');

  const { url } = slot.state.ready;
  const connect = (): Promise<HubClient> => HubClient.connect({ url, key, reconnect: false });
  const provide = (provider: HubClient): Promise<unknown> =>
    provider.provide({ id: 'math', routes: [{ pattern: '/one', handler: () => ({ json: 1 }) }] });
  const leaving = await connect();
  await provide(leaving);
  // The figures come later; who quits the app meanwhile is asked all the same.
  expect(await watch.countConnections()).toBe(1);
  await expect.poll(() => watch.connections).toBe(1);
  await leaving.close();
  await expect.poll(() => watch.connections).toBe(0);
  // Who says goodbye takes the service along: nobody misses it.
  expect(emptied).toEqual([]);

  for (const losses of [['math'], ['math', 'math']]) {
    await using lost = await connect();
    await expect.poll(() => watch.connections).toBe(1);
    // No figures come while it provides: they are as before, but for its connection.
    await provide(lost);
    await closeConnections(slot);
    await expect.poll(() => emptied).toEqual(losses);
    await expect.poll(() => watch.connections).toBe(0);
  }

  await slot.stop();
  expect(await watch.countConnections()).toBe(0);
  expect([watch.captureState, watch.connections, emptied, errors]).toEqual([undefined, 0, ['math', 'math'], []]);
});
