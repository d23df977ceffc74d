import { create } from 'zustand';
import type {
  DesktopCommand,
  DesktopHubState,
  DesktopState,
} from '../../hub-core/console/contract/desktop-contract.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { followFeed } from './follow-feed.ts';

interface Desktop {
  /** How the app's hub is; undefined in a browser, and before the app has said so. */
  readonly hub: DesktopHubState | undefined;
}

/** What the desktop app around this page says. */
export const useDesktop = create<Desktop>()(() => ({ hub: undefined }));

let told = '';

function take({ hub, notice }: DesktopState): void {
  useDesktop.setState({ hub });
  if (notice === null || notice.title === told) return;
  told = notice.title;
  toast({ title: notice.title, description: notice.text });
}

/** Follows the desktop app until `signal` aborts; does nothing in a browser. @param run does what menu, tray and links ask for */
export function followDesktop(signal: AbortSignal, run: (command: DesktopCommand) => void): void {
  const { desktop } = bridge;
  if (desktop === undefined) return;
  void followFeed({ open: () => desktop.watch(undefined, { signal }), onValue: take, signal });
  void followFeed({ open: () => desktop.commands(undefined, { signal }), onValue: run, signal });
}
