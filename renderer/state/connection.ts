import { create } from 'zustand';
import type { Root } from '../bridge/carrier.ts';
import type { LinkState } from '../bridge/reconnecting-link.ts';

interface ConnectionState extends Record<Root, LinkState> {
  /** False until the hub's line was open once: the page then has nothing to show but that it connects. */
  readonly everConnected: boolean;
  readonly set: (root: Root, state: LinkState) => void;
}

/** Whether the lines to the hub are open. */
export const useConnection = create<ConnectionState>()((set) => ({
  hub: { kind: 'connecting' },
  capture: { kind: 'connecting' },
  everConnected: false,
  set: (root, state) =>
    set((previous) => ({
      [root]: state,
      everConnected: previous.everConnected || (root === 'hub' && state.kind === 'connected'),
    })),
}));
