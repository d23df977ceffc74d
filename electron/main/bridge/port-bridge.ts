import { ipcMain, MessageChannelMain } from 'electron';
import type { IpcMainEvent, MessagePortMain, WebContents } from 'electron';
import type { HubSlot } from '../hub/hub-slot.ts';
import { APP_PORT_CHANNEL, PORTS_CHANNEL, REQUEST_APP_PORT_CHANNEL, REQUEST_PORTS_CHANNEL } from './channels.ts';
import type { DesktopDesk } from './desktop-desk.ts';
import { pump } from './pump.ts';
import { mayHavePorts } from './sender-policy.ts';

interface Ports {
  readonly request: string;
  readonly answer: string;
  /** Makes new channels. @returns their ends for the window; what `ends` holds is closed with them */
  readonly open: (ends: DisposableStack) => MessagePortMain[];
}

/**
 * Hands every window that asks fresh ports; its earlier ones of that kind are closed. The request carries nothing: one that does
 * comes from no preload of ours and is left unanswered.
 */
function serve({ request, answer, open }: Ports): Disposable {
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
    const ends = new DisposableStack();
    const ports = open(ends);
    taken.set(contents, ends);
    contents.postMessage(answer, null, ports);
  };

  ipcMain.on(request, hand);
  return {
    [Symbol.dispose]() {
      ipcMain.off(request, hand);
      for (const contents of taken.keys()) release(contents);
    },
  };
}

/**
 * Hands windows the hub's port and the store's, and apart from them the app's own: a hub that dies takes the first two along, and
 * just then a page asks the app to start it again.
 */
export function servePorts(slot: HubSlot, desk: DesktopDesk): Disposable {
  const serving = new DisposableStack();
  serving.use(
    serve({
      request: REQUEST_PORTS_CHANNEL,
      answer: PORTS_CHANNEL,
      open: (ends) =>
        (['hub', 'capture'] as const).map((root) => {
          const { port1, port2 } = new MessageChannelMain();
          ends.use(pump(port1, slot.connectConsole(root)));
          return port2;
        }),
    }),
  );
  serving.use(
    serve({
      request: REQUEST_APP_PORT_CHANNEL,
      answer: APP_PORT_CHANNEL,
      open(ends) {
        const { port1, port2 } = new MessageChannelMain();
        ends.use(desk.serve(port1));
        return [port2];
      },
    }),
  );
  return serving;
}
