import { create } from 'zustand';
import type { DesktopHubState } from '../../hub-core/console/contract/desktop-contract.ts';
import type { Root } from '../bridge/carrier.ts';
import { AnswerWatch } from './answer-watch.ts';
import { useConnection } from './connection.ts';
import { bridge } from './console.ts';
import { useDesktop } from './desktop.ts';

/** Which of the lines that are open do not answer, by what a page in a browser finds out. */
const useSilence = create<Readonly<Record<Root, boolean>>>()(() => ({ hub: false, capture: false }));

const SILENT = {
  hub: { kind: 'silent', thread: 'hub' },
  capture: { kind: 'silent', thread: 'capture' },
} as const satisfies Record<Root, DesktopHubState>;

/** What the desktop app says of its hub or, in a browser, that a thread of the hub does not answer; undefined = nothing to say. */
export function useHubState(): DesktopHubState | undefined {
  const told = useDesktop((desktop) => desktop.hub);
  // The store's line runs through the hub: without that one, nothing is known of it.
  const found = useSilence(({ hub, capture }) => (hub ? SILENT.hub : capture ? SILENT.capture : undefined));
  return told ?? found;
}

/** In a browser: asks both threads for a sign of life until `signal` aborts. The desktop app watches them itself. */
export function watchAnswers(signal: AbortSignal): void {
  if (bridge.desktop !== undefined) return;
  const watch = (root: Root, ask: () => Promise<unknown>): void =>
    new AnswerWatch({
      ask,
      isConnected: () => useConnection.getState()[root].kind === 'connected',
      onChange: (silent) => useSilence.setState({ [root]: silent }),
    }).run(signal);
  watch('hub', () => bridge.hub.hub.alive(undefined, { signal }));
  watch('capture', () => bridge.capture.alive(undefined, { signal }));
}
