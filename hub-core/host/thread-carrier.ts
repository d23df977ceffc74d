import { MessageChannel, Worker, type MessagePort, type ResourceLimits, type Transferable } from 'node:worker_threads';

/** A running thread, whatever carries it. */
export interface RunningThread {
  post(message: object, transfer?: readonly Transferable[]): void;
  /** Ends it at once; `onEnd` follows. */
  kill(): void;
}

export interface ThreadEvents {
  onMessage(message: unknown): void;
  /** Once. @param reason why, for people */
  onEnd(reason: string): void;
}

export interface ThreadStart {
  readonly init: object;
  /** What of `init` is handed over instead of copied. */
  readonly transfer: readonly Transferable[];
}

/** One way to run a thread's code. */
export type ThreadCarrier = (start: ThreadStart, events: ThreadEvents) => RunningThread;

/** What a thread runs. Its init is what `prepare` made for it: the two are joined where the thread is set up. */
export type ThreadMain = (port: MessagePort, init: never) => void | Promise<void>;

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In a thread of its own: its loop delays nobody, its crash is its own. */
export function workerCarrier(name: string, entry: URL, resourceLimits: ResourceLimits): ThreadCarrier {
  return ({ init, transfer }, events) => {
    const worker = new Worker(entry, { name, workerData: init, transferList: [...transfer], resourceLimits });
    let reason: string | undefined;
    worker.on('message', (message: unknown) => events.onMessage(message));
    worker.on('messageerror', (error) => events.onMessage(error));
    worker.on('error', (error) => (reason = describe(error)));
    worker.on('exit', (code) => events.onEnd(reason ?? `it exited with code ${String(code)}`));
    return {
      post: (message, transferred = []) => worker.postMessage(message, [...transferred]),
      kill: () => void worker.terminate(),
    };
  };
}

/** In this thread: for debugging, and where no thread can be started. What fails here fails the process. */
export function placeCarrier(run: ThreadMain): ThreadCarrier {
  return ({ init }, events) => {
    const { port1, port2 } = new MessageChannel();
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      events.onEnd(reason);
    };
    port1.on('message', (message: unknown) => events.onMessage(message));
    port1.on('close', () => end('it ended'));
    void (async () => {
      try {
        await run(port2, init as never);
      } catch (error) {
        end(describe(error));
        port1.close();
      }
    })();
    return {
      post: (message, transferred = []) => port1.postMessage(message, [...transferred]),
      kill: () => port1.close(),
    };
  };
}
