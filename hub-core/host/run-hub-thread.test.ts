import { on, once } from 'node:events';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { HubContract } from '../console/contract/hub-contract.ts';
import { temporaryFolder } from '../test/support/traffic.ts';
import { createPulse } from './pulse.ts';
import { runHubThread } from './run-hub-thread.ts';
import type { HubReport } from './thread-messages.ts';

/** From here on no client of that hub can be revoked. */
function failRevocations(dataDir: string): void {
  const database = new Database(join(dataDir, 'hub.db'));
  database.exec(
    "CREATE TRIGGER no_room BEFORE UPDATE OF revoked_at_ms ON clients BEGIN SELECT RAISE(ABORT, 'no room'); END",
  );
  database.close();
}

it('[HO10] a stop drains and ends the hub, though the client of the samples cannot be revoked', async () => {
  using folder = temporaryFolder();
  const { port1: host, port2: thread } = new MessageChannel();
  const reports = on(host, 'message', { close: ['close'] });
  await runHubThread(thread, {
    config: { dataDir: folder.path, port: 0 },
    consoleAssetsDir: undefined,
    secrets: { token: 'token', cookie: 'cookie' },
    capture: undefined,
    pulse: createPulse(),
    log: { level: 'silent', readable: false },
  });
  const { value } = (await reports.next()) as { value: [HubReport] };
  const [ready] = value;
  if (ready.type !== 'ready') throw new Error(`the hub's first word is "${ready.type}"`);

  const { port1: line, port2: end } = new MessageChannel();
  host.postMessage({ type: 'console', port: end }, [end]);
  line.start();
  const hub = createORPCClient<ContractRouterClient<HubContract>>(new RPCLink({ port: line }));
  expect(await hub.samples.start()).toEqual({ running: true });
  failRevocations(folder.path);

  const closed = once(line, 'close');
  host.postMessage({ type: 'stop' });
  const { value: last } = (await reports.next()) as { value: [HubReport] };
  expect(last).toEqual([{ type: 'stopped' }]);
  await expect(fetch(`http://127.0.0.1:${String(ready.address.port)}/healthz`)).rejects.toThrow('fetch failed');
  await closed;
});
