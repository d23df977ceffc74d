/** Consoles of a host of this process, on lines of their own. */
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { CaptureContract } from '../../console/contract/capture-contract.ts';
import type { HubContract } from '../../console/contract/hub-contract.ts';
import type { HubHost } from '../../host/hub-host.ts';

export type HubConsole = ContractRouterClient<HubContract>;
export type CaptureConsole = ContractRouterClient<CaptureContract>['capture'];

/** What closes the lines when it ends. */
type Owner = Pick<AsyncDisposableStack, 'defer'>;

function link(port: MessagePort, owner: Owner): RPCLink<Record<never, never>> {
  port.start();
  owner.defer(() => port.close());
  return new RPCLink({ port });
}

export function hubConsoleOf(host: HubHost, owner: Owner): HubConsole {
  return createORPCClient(link(host.connectConsole('hub'), owner));
}

export function captureConsoleOf(host: HubHost, owner: Owner): CaptureConsole {
  const line = link(host.connectConsole('capture'), owner);
  return createORPCClient<ContractRouterClient<CaptureContract>>(line).capture;
}

/** How many rows a filter finds, and the first of them. */
export async function rowsOf(capture: CaptureConsole, query: string) {
  const { queryId, count } = await capture.open({ query });
  const { rows } = await capture.window({ queryId, from: 0, count: 256 });
  await capture.close({ queryId });
  return { count, rows };
}
