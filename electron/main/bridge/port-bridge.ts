import { ipcMain, MessageChannelMain } from 'electron';
import type { IpcMainEvent, WebContents } from 'electron';
import type { HubSlot } from '../hub/hub-slot.ts';
import { PORTS_CHANNEL, REQUEST_PORTS_CHANNEL } from './channels.ts';
import type { DesktopDesk } from './desktop-desk.ts';
import { pump } from './pump.ts';
import { mayHavePorts } from './sender-policy.ts';

/**
 * Hands every window that asks fresh ports, the hub's, the store's and the app's own; its earlier ones are closed. The request
 * carries nothing: one that does comes from no preload of ours and is left unanswered.
 */
export function servePorts(slot: HubSlot, desk: DesktopDesk): Disposable {
  const taken = new Map<WebContents, DisposableStack>();

  const release = (contents: WebContents): void => {
    taken.get(contents)?.dispose();
    taken.delete(contents);
  };

  const hand = (event: IpcMainEvent, ...rest: readonly unknown[]): void => {
    const { sender: contents, senderFrame: frame } = event;
    if (rest.length > 0) return;
    if (!mayHavePorts({ url: frame?.url ?? null, isMainFrame: frame === contents.mainFrame })) return;
    if (taken.has(contents)) release(contents);
    else contents.once('destroyed', () => release(contents));
    const pair = new DisposableStack();
    const ports = (['hub', 'capture'] as const).map((root) => {
      const { port1, port2 } = new MessageChannelMain();
      pair.use(pump(port1, slot.connectConsole(root)));
      return port2;
    });
    const own = new MessageChannelMain();
    pair.use(desk.serve(own.port1));
    taken.set(contents, pair);
    contents.postMessage(PORTS_CHANNEL, null, [...ports, own.port2]);
  };

  ipcMain.on(REQUEST_PORTS_CHANNEL, hand);
  return {
    [Symbol.dispose]() {
      ipcMain.off(REQUEST_PORTS_CHANNEL, hand);
      for (const contents of taken.keys()) release(contents);
    },
  };
}
