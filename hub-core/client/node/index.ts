/** The SDK for Node: as the one for browsers, over the `ws` package, whose writes can be held for one system call a tick. */
import { HubClient as AnyHubClient } from '../index.ts';
import type { Carriers } from '../carrier.ts';
import { nodeCarriers } from './node-carriers.ts';

export * from '../index.ts';

/** {@inheritDoc AnyHubClient} */
export class HubClient extends AnyHubClient {
  protected static override readonly carriers: Carriers = nodeCarriers;
}
