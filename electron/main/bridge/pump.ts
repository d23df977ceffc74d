/** The side of the pump in the main process: Electron's port, which cannot be given to a thread. */
export interface WindowPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** The side that a thread of the hub holds the other end of. */
export interface ThreadPort {
  on(event: 'message', listener: (data: unknown) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  close(): void;
}

/** Joins two ports of different kinds: what one receives the other sends, and when one closes so does the other. */
export function pump(windowPort: WindowPort, threadPort: ThreadPort): Disposable {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    windowPort.close();
    threadPort.close();
  };
  windowPort.on('message', ({ data }) => {
    if (open) threadPort.postMessage(data);
  });
  threadPort.on('message', (data) => {
    if (open) windowPort.postMessage(data);
  });
  windowPort.once('close', close);
  threadPort.once('close', close);
  windowPort.start();
  return { [Symbol.dispose]: close };
}
