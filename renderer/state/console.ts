import { QueryClient } from '@tanstack/react-query';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createBridge } from '../bridge/bridge.ts';
import { useConnection } from './connection.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    // Calls wait for the line by themselves (see ReconnectingLink), so a retry would only repeat what the hub refused.
    queries: { retry: false, staleTime: 500, networkMode: 'always', refetchOnWindowFocus: false },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** The page's one bridge, made when this file is first imported. */
export const bridge = createBridge((root, state) => {
  useConnection.getState().set(root, state);
  if (root === 'hub' && state.kind === 'connected') void queryClient.invalidateQueries();
});

/** Query and mutation options of every procedure that the hub thread serves. */
export const hubQueries = createTanstackQueryUtils(bridge.hub, { path: ['hub'] });
