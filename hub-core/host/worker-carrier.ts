import { MessageChannel, Worker, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import {
  describeFault,
  type RunningThread,
  type ThreadCarrier,
  type ThreadEvents,
  type ThreadStart,
} from './thread-carrier.ts';
import type { WorkerStart } from './thread-init.ts';

/** Node has it since 24.6; another runtime may lack it. */
function cpuMeterOf(worker: Partial<Pick<Worker, 'cpuUsage'>>): RunningThread['cpuMs'] {
  if (worker.cpuUsage === undefined) return undefined;
  const { cpuUsage } = worker;
  return async () => {
    const { user, system } = await cpuUsage.call(worker as Worker);
    return (user + system) / 1_000;
  };
}

interface WorkerOptions {
  readonly name: string;
  readonly entry: URL;
  readonly resourceLimits: ResourceLimits;
}

/** A worker whose code is loaded, or about to be, and that begins when it is given its start. */
class LoadedWorker implements Disposable {
  readonly #worker: Worker;
  readonly #start: MessagePort;
  #events: ThreadEvents | undefined;
  #reason: string | undefined;
  #ended = false;

  constructor({ name, entry, resourceLimits }: WorkerOptions) {
    const { port1, port2 } = new MessageChannel();
    const workerData: WorkerStart = { start: port2 };
    this.#start = port1;
    this.#worker = new Worker(entry, { name, workerData, transferList: [port2], resourceLimits });
    this.#worker.on('message', (message: unknown) => this.#events?.onMessage(message));
    this.#worker.on('messageerror', (error) => this.#events?.onMessage(error));
    this.#worker.on('error', (error) => (this.#reason = describeFault(error)));
    this.#worker.on('exit', (code) => {
      this.#ended = true;
      this.#events?.onEnd(this.#reason ?? `it exited with code ${String(code)}`);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  begin({ init, transfer }: ThreadStart, events: ThreadEvents): RunningThread {
    this.#events = events;
    this.#start.postMessage(init, [...transfer]);
    const worker = this.#worker;
    return {
      post: (message, transferred = []) => worker.postMessage(message, [...transferred]),
      kill: () => void worker.terminate(),
      cpuMs: cpuMeterOf(worker),
    };
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }
}

/** In a thread of its own: its loop delays nobody, its crash is its own. */
export function workerCarrier(name: string, entry: URL, resourceLimits: ResourceLimits): ThreadCarrier {
  const load = (): LoadedWorker => new LoadedWorker({ name, entry, resourceLimits });
  let spare: LoadedWorker | undefined;
  return {
    start(start, events) {
      const worker = spare === undefined || spare.ended ? load() : spare;
      spare = undefined;
      return worker.begin(start, events);
    },
    spare() {
      const mine = load();
      spare?.[Symbol.dispose]();
      spare = mine;
      return {
        [Symbol.dispose]() {
          if (spare !== mine) return;
          spare = undefined;
          mine[Symbol.dispose]();
        },
      };
    },
  };
}
