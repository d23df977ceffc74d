import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { CaptureContract } from '../../hub-core/console/contract/capture-contract.ts';
import type { DesktopContract } from '../../hub-core/console/contract/desktop-contract.ts';
import type { HubContract } from '../../hub-core/console/contract/hub-contract.ts';
import type { Line, Root } from './carrier.ts';
import { createBrowserCarrier } from './browser-carrier.ts';
import { createElectronCarrier } from './electron-carrier.ts';
import { ReconnectingLink } from './reconnecting-link.ts';
import type { LinkState } from './reconnecting-link.ts';

export type HubClient = ContractRouterClient<HubContract>;
export type CaptureClient = ContractRouterClient<CaptureContract>['capture'];

export type DesktopClient = ContractRouterClient<DesktopContract>['desktop'];

/** The page's one way to the world. */
export interface Bridge {
  readonly hub: HubClient;
  readonly capture: CaptureClient;
  /** The desktop app around the page; undefined in a browser. */
  readonly desktop: DesktopClient | undefined;
  /** Tries again at once where the back-off still waits. */
  retry(): void;
}

/** @param onState told of every change of either line */
export function createBridge(onState: (root: Root, state: LinkState) => void): Bridge {
  const preload = window.whub;
  const desktopCarrier = preload === undefined ? undefined : createElectronCarrier(preload);
  const carrier = desktopCarrier ?? createBrowserCarrier();
  const connect = (open: () => Promise<Line>, tell: (state: LinkState) => void = () => {}): ReconnectingLink => {
    const link = new ReconnectingLink({ open, onState: tell });
    void link.run();
    return link;
  };
  const links = {
    hub: connect(
      () => carrier.open('hub'),
      (state) => onState('hub', state),
    ),
    capture: connect(
      () => carrier.open('capture'),
      (state) => onState('capture', state),
    ),
  };
  const desktopRoot: ContractRouterClient<DesktopContract> | undefined =
    desktopCarrier === undefined ? undefined : createORPCClient(connect(() => desktopCarrier.open('desktop')));
  const captureRoot: ContractRouterClient<CaptureContract> = createORPCClient(links.capture);
  return {
    hub: createORPCClient(links.hub),
    capture: captureRoot.capture,
    desktop: desktopRoot?.desktop,
    retry() {
      links.hub.retry();
      links.capture.retry();
    },
  };
}
