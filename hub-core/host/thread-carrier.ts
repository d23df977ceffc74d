import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads';
import type { Pulse } from './pulse.ts';

/** A running thread, whatever carries it. */
export interface RunningThread {
  post(message: object, transfer?: readonly Transferable[]): void;
  /** Ends it at once; `onEnd` follows. */
  kill(): void;
  /**
   * Processor time that it has used since its start, ms. Answered within a running step of JavaScript too, but in native code only
   * at its end. Undefined where it cannot be told.
   */
  readonly cpuMs?: (() => Promise<number>) | undefined;
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
  /** The one that `init` holds, too. */
  readonly pulse: Pulse;
}

/** One way to run a thread's code. */
export interface ThreadCarrier {
  start(start: ThreadStart, events: ThreadEvents): RunningThread;
  /** Loads the code ahead of the next start, which takes it. Disposed, what was not taken ends. */
  spare?(): Disposable;
}

/** What a thread runs. Its init is what `prepare` made for it: the two are joined where the thread is set up. */
export type ThreadMain = (port: MessagePort, init: never) => void | Promise<void>;

/** What was thrown, in a line for people. */
export function describeFault(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In this thread: for debugging, and where no thread can be started. What fails here fails the process. */
export function placeCarrier(run: ThreadMain): ThreadCarrier {
  const start: ThreadCarrier['start'] = ({ init }, events) => {
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
        end(describeFault(error));
        port1.close();
      }
    })();
    return {
      post: (message, transferred = []) => port1.postMessage(message, [...transferred]),
      kill: () => port1.close(),
    };
  };
  return { start };
}
