import { expect, it } from 'vitest';
import { HubClient } from '../../../hub-core/client/node/index.ts';
import { createHubHost } from '../../../hub-core/host/create-hub-host.ts';
import { addClient } from '../../../hub-core/host/registry-admin.ts';
import { createTempFolder } from '../../../hub-core/test/support/temp-folder.ts';
import { HubSlot } from './hub-slot.ts';
import { HubWatch } from './hub-watch.ts';

/** Figures come once a second. */
const eventually = <T>(probe: () => T) => expect.poll(probe, { timeout: 15_000 });

it('[DS27] HubWatch counts connections, sets recording, and tells once of a service that lost its last provider', async () => {
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

  await eventually(() => watch.captureState).toBe('recording');
  await watch.toggleRecording();
  expect(watch.captureState).toBe('paused');
  await watch.toggleRecording();
  expect(watch.captureState).toBe('recording');

  const provider = await HubClient.connect({ url: slot.state.ready.url, key, reconnect: false });
  await provider.provide({ id: 'math', routes: [{ pattern: '/one', handler: () => ({ json: 1 }) }] });
  await eventually(() => watch.connections).toBe(1);
  await provider.close();
  await eventually(() => emptied).toEqual(['math']);
  await eventually(() => watch.connections).toBe(0);

  await slot.stop();
  expect([watch.captureState, watch.connections, emptied, errors]).toEqual([undefined, 0, ['math'], []]);
});
