import { getHeapStatistics } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import { ColumnFill } from '../capture/column-fill.ts';
import { TrafficStore } from '../capture/traffic-store.ts';
import { JobList } from '../capture/job-list.ts';
import { SecretMask } from '../capture/secret-mask.ts';
import { limitsOf } from '../capture/segment-list.ts';
import { systemClock, type Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { RecentLog } from '../common/log/recent-log.ts';
import { createCaptureRouter } from '../console/router/capture-router.ts';
import { CaptureSession } from '../console/router/capture-session.ts';
import { ConsoleServer, portLine } from '../console/router/serve-console.ts';
import type { StoreMemory } from '../server/modules/capture/capture-sink.ts';
import { createLogger } from './log.ts';
import { pulsingClock } from './pulse.ts';
import { SeqReservations } from './seq-reservations.ts';
import { TurnQueue } from './turn-queue.ts';
import {
  senderTo,
  type BodyAnswer,
  type BodyRequest,
  type CaptureCommand,
  type CaptureLinkAnswer,
  type CaptureLinkRequest,
  type CaptureReport,
  type CaptureThreadInit,
  type Send,
} from './thread-messages.ts';

function openStore(init: CaptureThreadInit, clock: Clock, log: Logger): TrafficStore {
  const { maxRows, maxBytes, mask } = init.settings;
  const store = new TrafficStore({
    dir: init.dir,
    states: init.states,
    limits: limitsOf({ maxRows, maxBytes }),
    mask: new SecretMask(mask),
    clock,
    log,
  });
  if (store.readOnly) {
    const reason = init.dir;
    log.warn(
      { module: 'capture', reason },
      'the traffic store is from a newer version: it is shown, and nothing is recorded',
    );
  }
  return store;
}

/** The hub is told how much memory the store's thread has this often. */
const MEMORY_EVERY_MS = 2_000;

function memoryOfThread(): StoreMemory {
  const { used_heap_size, total_heap_size, external_memory } = getHeapStatistics();
  return { heapUsedBytes: used_heap_size, heapTotalBytes: total_heap_size, externalBytes: external_memory };
}

/** The traffic store, as a thread: takes batches from the hub's thread and answers consoles. */
export function runCaptureThread(host: MessagePort, init: CaptureThreadInit): void {
  const recentLog = new RecentLog();
  const log = createLogger({ ...init.log, recent: recentLog });
  const report = senderTo<CaptureReport>(host);
  const clock = pulsingClock(systemClock, init.pulse);
  let store: TrafficStore;
  try {
    store = openStore(init, clock, log);
  } catch (error) {
    report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    host.close();
    return;
  }
  const thread = new CaptureThread(store, { host, init, clock, log, recentLog });
  host.on('message', (command: CaptureCommand) => thread.take(command));
  report({ type: 'ready' });
}

type OrderedRequest = Extract<CaptureLinkRequest, { type: 'batch' | 'reserved' }>;

interface CaptureThreadDeps {
  readonly host: MessagePort;
  readonly init: CaptureThreadInit;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recentLog: RecentLog;
}

class CaptureThread {
  readonly #store: TrafficStore;
  readonly #host: MessagePort;
  readonly #server: ConsoleServer<{ session: CaptureSession }>;
  readonly #resources = new DisposableStack();
  readonly #report: Send<CaptureReport>;
  readonly #reservations = new SeqReservations();
  /** What must be done in the order in which the hub asked for it. */
  readonly #inOrder: TurnQueue<OrderedRequest>;
  #hub: MessagePort | undefined;
  #answer: Send<CaptureLinkAnswer> = () => {};

  constructor(store: TrafficStore, { host, init, clock, log, recentLog }: CaptureThreadDeps) {
    this.#host = host;
    this.#report = senderTo(host);
    this.#store = this.#resources.use(store);
    this.#inOrder = new TurnQueue({
      handle: (request) => this.#takeInOrder(request),
      nowMs: () => clock.nowMs(),
      nextTurn: setImmediate,
    });
    const jobs = this.#resources.use(new JobList(clock));
    this.#resources.use(new ColumnFill({ store, jobs, clock, log }));
    this.#server = this.#resources.use(
      new ConsoleServer({
        router: createCaptureRouter({
          store,
          jobs,
          secrets: new SecretMask(init.settings.secrets),
          reserveSeqs: (count) => this.#reserveSeqs(count),
          clock,
          recentLog,
        }),
        openSession: () => {
          const session = new CaptureSession();
          return { options: { context: { session } }, [Symbol.dispose]: () => session[Symbol.dispose]() };
        },
        log,
      }),
    );
    this.#resources.use(
      store.onDidChangeStates.subscribe((states) => {
        this.#report({ type: 'states', states });
        this.#answer({ type: 'states', states });
      }),
    );
    this.#resources.use(clock.every(MEMORY_EVERY_MS, () => this.#answer({ type: 'memory', memory: memoryOfThread() })));
  }

  take(command: CaptureCommand): void {
    // A port that closes still hands over what was sent before: what came so would keep the thread from ending.
    if (this.#resources.disposed) {
      if ('port' in command) command.port.close();
      return;
    }
    switch (command.type) {
      case 'ping':
        this.#report({ type: 'pong' });
        return;
      case 'console':
        this.#server.serve(portLine(command.port));
        return;
      case 'hub':
        this.#attachHub(command.port);
        return;
      case 'body':
        this.#report(this.#readBody(command));
        return;
      case 'stop':
        this.#stop();
    }
  }

  /** A new hub thread: whatever the last one left unfinished, nobody will finish. */
  #attachHub(port: MessagePort): void {
    this.#hub?.close();
    this.#reservations.fail();
    this.#inOrder.flush();
    this.#hub = port;
    this.#answer = senderTo(port);
    this.#store.markOpenAsLost();
    port.on('message', (request: CaptureLinkRequest) => this.#takeFromHub(request));
    this.#answer({ type: 'attached', nextSeq: this.#store.nextSeq, states: this.#store.states });
  }

  #takeFromHub(request: CaptureLinkRequest): void {
    switch (request.type) {
      case 'batch':
      case 'reserved':
        this.#inOrder.add(request);
        return;
      case 'console':
        this.#server.serve(portLine(request.port));
        return;
      case 'body':
        this.#answer(this.#readBody(request));
    }
  }

  #takeInOrder(request: OrderedRequest): boolean {
    if (request.type === 'reserved') {
      this.#reservations.settle(request.id, request.firstSeq);
      // Its rows go before the next batch, whose numbers are above theirs.
      return true;
    }
    this.#store.write(request.batch);
    this.#answer({ type: 'stored', weight: request.weight });
    return false;
  }

  /** The hub gives out the numbers; without one, those behind the last row are free. */
  #reserveSeqs(count: number): Promise<number> {
    if (this.#hub === undefined) return Promise.resolve(this.#store.nextSeq);
    return this.#reservations.ask(count, (reserve) => this.#answer(reserve));
  }

  #readBody({ id, seq, part, offset, length }: BodyRequest): BodyAnswer {
    return { type: 'body', id, body: this.#store.body(seq, part, { offset, length }) };
  }

  #stop(): void {
    this.#hub?.close();
    this.#reservations.fail();
    this.#inOrder.flush();
    this.#resources.dispose();
    this.#report({ type: 'stopped' });
    this.#host.close();
  }
}
