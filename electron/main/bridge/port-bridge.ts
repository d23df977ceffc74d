import { ipcMain, MessageChannelMain } from 'electron';
import type { IpcMainEvent, WebContents } from 'electron';
import type { HubHost } from '../../../hub-core/host/hub-host.ts';
import { PORTS_CHANNEL, REQUEST_PORTS_CHANNEL } from './channels.ts';
import { pump } from './pump.ts';
import { mayHavePorts } from './sender-policy.ts';

/** Hands every window that asks a fresh pair of ports, the hub's and the store's; its earlier pair is closed. */
export function servePorts(host: HubHost): Disposable {
  const pairs = new Map<WebContents, DisposableStack>();

  const release = (contents: WebContents): void => {
    pairs.get(contents)?.dispose();
    pairs.delete(contents);
  };

  const hand = (event: IpcMainEvent): void => {
    const { sender: contents, senderFrame: frame } = event;
    if (!mayHavePorts({ url: frame?.url ?? null, isMainFrame: frame === contents.mainFrame })) return;
    if (pairs.has(contents)) release(contents);
    else contents.once('destroyed', () => release(contents));
    const pair = new DisposableStack();
    const ports = (['hub', 'capture'] as const).map((root) => {
      const { port1, port2 } = new MessageChannelMain();
      pair.use(pump(port1, host.connectConsole(root)));
      return port2;
    });
    pairs.set(contents, pair);
    contents.postMessage(PORTS_CHANNEL, null, ports);
  };

  ipcMain.on(REQUEST_PORTS_CHANNEL, hand);
  return {
    [Symbol.dispose]() {
      ipcMain.off(REQUEST_PORTS_CHANNEL, hand);
      for (const contents of pairs.keys()) release(contents);
    },
  };
}
