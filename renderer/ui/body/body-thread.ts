import type { BodyJob, BodyResult } from './body-job.ts';
import type { BodyWorkerMessage } from './body.worker.ts';

/** One end of the line to a thread that does {@link BodyJob}s. */
interface BodyLine extends Disposable {
  readonly port: MessagePort;
  /** Told when the thread itself fails. */
  readonly onFailed: (listener: (message: string) => void) => void;
}

function startThread(): BodyLine {
  const worker = new Worker(new URL('./body.worker.ts', import.meta.url), { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  port1.start();
  return {
    port: port1,
    onFailed: (listener) => worker.addEventListener('error', (event) => listener(event.message)),
    [Symbol.dispose]() {
      port1.close();
      worker.terminate();
    },
  };
}

interface Waiting {
  readonly job: BodyJob;
  readonly onPiece: (text: string) => void;
  readonly signal: AbortSignal;
  readonly done: PromiseWithResolvers<BodyResult>;
}

/**
 * Does jobs one after another on a thread, which is started for the first. A job that nobody waits for any more is left out, and
 * ends the thread where it is at work already: whatever a hostile body makes it do, it ends with the look at it.
 */
export class BodyThread {
  readonly #start: () => BodyLine;
  readonly #queue: Waiting[] = [];
  #line: BodyLine | undefined;
  #current: Waiting | undefined;

  constructor(start: () => BodyLine = startThread) {
    this.#start = start;
  }

  /**
   * @param onPiece is given the text of a job piece by piece
   * @throws {Error} when the job fails; the signal's reason when it aborts
   */
  run(job: BodyJob, onPiece: (text: string) => void, signal: AbortSignal): Promise<BodyResult> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const waiting: Waiting = { job, onPiece, signal, done: Promise.withResolvers() };
    signal.addEventListener('abort', () => this.#abandon(waiting), { once: true });
    this.#queue.push(waiting);
    this.#next();
    return waiting.done.promise;
  }

  #abandon(waiting: Waiting): void {
    waiting.done.reject(waiting.signal.reason);
    if (this.#current === waiting) {
      this.#end();
      this.#next();
      return;
    }
    const at = this.#queue.indexOf(waiting);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #end(): void {
    this.#line?.[Symbol.dispose]();
    this.#line = undefined;
    this.#current = undefined;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    this.#line ??= this.#open();
    // Nothing is transferred: the page goes on to show the bytes.
    this.#line.port.postMessage(this.#current.job, []);
  }

  #open(): BodyLine {
    const line = this.#start();
    line.port.addEventListener('message', ({ data }: MessageEvent<BodyWorkerMessage>) => {
      if (this.#line === line) this.#take(data);
    });
    line.onFailed((message) => {
      if (this.#line !== line) return;
      const failed = this.#current;
      this.#end();
      failed?.done.reject(new Error(`Cannot work on this body: ${message}`));
      this.#next();
    });
    return line;
  }

  #take(message: BodyWorkerMessage): void {
    const current = this.#current;
    if (current === undefined) return;
    if (message.type === 'piece') {
      current.onPiece(message.text);
      return;
    }
    this.#current = undefined;
    if (message.type === 'done') current.done.resolve(message.result);
    else current.done.reject(new Error(`Cannot work on this body: ${message.message}`));
    this.#next();
  }
}

/** The console's one thread for bodies. */
export const bodyThread = new BodyThread();
