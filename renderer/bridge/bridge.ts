import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { CaptureContract } from '../../hub-core/console/contract/capture-contract.ts';
import type { HubContract } from '../../hub-core/console/contract/hub-contract.ts';
import type { Root } from './carrier.ts';
import { createBrowserCarrier } from './browser-carrier.ts';
import { createElectronCarrier } from './electron-carrier.ts';
import { ReconnectingLink } from './reconnecting-link.ts';
import type { LinkState } from './reconnecting-link.ts';

export type HubClient = ContractRouterClient<HubContract>;
export type CaptureClient = ContractRouterClient<CaptureContract>['capture'];

/** The page's one way to the world. */
export interface Bridge {
  readonly hub: HubClient;
  readonly capture: CaptureClient;
  readonly desktop: boolean;
  /** Tries again at once where the back-off still waits. */
  retry(): void;
}

/** @param onState told of every change of either line */
export function createBridge(onState: (root: Root, state: LinkState) => void): Bridge {
  const preload = window.whub;
  const carrier = preload === undefined ? createBrowserCarrier() : createElectronCarrier(preload);
  const connect = (root: Root): ReconnectingLink => {
    const link = new ReconnectingLink({ carrier, root, onState: (state) => onState(root, state) });
    void link.run();
    return link;
  };
  const links = { hub: connect('hub'), capture: connect('capture') };
  const captureRoot: ContractRouterClient<CaptureContract> = createORPCClient(links.capture);
  return {
    hub: createORPCClient(links.hub),
    capture: captureRoot.capture,
    desktop: preload !== undefined,
    retry() {
      links.hub.retry();
      links.capture.retry();
    },
  };
}
