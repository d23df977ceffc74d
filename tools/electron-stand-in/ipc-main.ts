import { EventEmitter } from 'node:events';
import { decodeClone, encodeClone } from './clone-codec.ts';
import { strict } from './strict.ts';
import type { WebContents, WebFrameMain } from './web-contents.ts';

type InvokeHandler = (event: object, ...args: unknown[]) => unknown;

const invokeHandlers = new Map<string, InvokeHandler>();

class IpcMain extends EventEmitter {
  constructor() {
    super();
    return strict('ipcMain', this);
  }

  handle(channel: string, handler: InvokeHandler): void {
    if (invokeHandlers.has(channel)) throw new Error(`Cannot handle "${channel}": it has a handler already`);
    invokeHandlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    invokeHandlers.delete(channel);
  }
}

export const ipcMain = new IpcMain();

export interface Sender {
  readonly contents: WebContents;
  readonly frame: WebFrameMain;
}

function eventOf({ contents, frame }: Sender): object {
  return strict('IpcMainEvent', { type: 'frame', sender: contents, senderFrame: frame, ports: [] });
}

/** A message that a page's preload sent. */
export function receive(sender: Sender, channel: string, args: string): void {
  ipcMain.emit(channel, eventOf(sender), ...(decodeClone(args) as unknown[]));
}

/** A question that a page's preload asked. @returns whether it was answered, and the encoded answer or error */
export async function answerInvoke(
  sender: Sender,
  channel: string,
  args: string,
): Promise<{ readonly ok: boolean; readonly value: string }> {
  try {
    const handler = invokeHandlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    const value = await handler(eventOf(sender), ...(decodeClone(args) as unknown[]));
    return { ok: true, value: encodeClone(structuredClone(value)) };
  } catch (error) {
    return { ok: false, value: encodeClone(new Error(`Error invoking remote method '${channel}': ${String(error)}`)) };
  }
}
