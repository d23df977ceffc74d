import type { Transferable } from 'node:worker_threads';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import type { Pulse } from './pulse.ts';
import { StuckWatch } from './stuck-watch.ts';
import type { RunningThread, ThreadCarrier, ThreadStart } from './thread-carrier.ts';

/** A thread may die this often within the window; the next time it is left alone. */
const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
/** Before the second start within that time, doubled for each further one. The first is at once. */
const BASE_DELAY_MS = 200;

const PING_EVERY_MS = 250;
/** Pings in a row without an answer. Counted, not timed: a suspended machine is not a stuck thread. */
const SILENT_PINGS = 4;
/** A spare thread that is not needed after all is there for the next suspicion for a while. */
const SPARE_FOR_MS = 10_000;
/** Ten seconds: a thread in native code, or on a machine with more to do than processors, comes back by itself. */
const STUCK_PINGS = 40;
/** A minute: a flood of messages can be one turn of the loop, in which the pulse goes on. */
const BUSY_PINGS = 240;

export interface SupervisedThreadDeps<Report extends { readonly type: string }> {
  readonly name: 'hub' | 'capture';
  readonly carrier: ThreadCarrier;
  /** Used when `carrier` cannot start the thread at all. */
  readonly fallback: ThreadCarrier | undefined;
  /** Called for each start: ports are used once. */
  readonly prepare: () => ThreadStart | Promise<ThreadStart>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Processor time of one step of its work after which it is ended, ms; 0 = none. Asked at each start. */
  readonly stuckAfterMs: () => number;
  /** Reports other than those that this class takes care of. */
  readonly onReport: (report: Report) => void;
  /** It answers no pings, or does so again: see `silent`. */
  readonly onDidChangeSilence: () => void;
  /** It is on its way: messages posted from here on reach it once it listens. */
  readonly onLaunched: () => void;
  /** It is gone, whether it will be started again or not. */
  readonly onGone: (reason: string) => void;
  readonly onRestarting: (reason: string) => void;
  readonly onCrashed: (reason: string) => void;
}

type AnyReport = { readonly type: string; readonly message?: unknown };

function isReport(message: unknown): message is AnyReport {
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string';
}

/** One thread of the host: started, watched, started again when it dies, and stopped. */
export class SupervisedThread<Ready extends { readonly type: 'ready' }, Other extends { readonly type: string }> {
  readonly #deps: SupervisedThreadDeps<Ready | Other>;
  #carrier: ThreadCarrier;
  #thread: RunningThread | undefined;
  #pings: Disposable | undefined;
  #steps: StuckWatch | undefined;
  #spare: Disposable | undefined;
  #spareEnds: Disposable | undefined;
  #restart: Disposable | undefined;
  #ready = false;
  #fellBack = false;
  #missedPings = 0;
  /** Those of them since the pulse moved. */
  #stillPings = 0;
  #beats = 0;
  #isStuck = false;
  #deathsMs: number[] = [];
  #stopping: PromiseWithResolvers<void> | undefined;

  constructor(deps: SupervisedThreadDeps<Ready | Other>) {
    this.#deps = deps;
    this.#carrier = deps.carrier;
  }

  /** True when it had to be run in place. */
  get fellBack(): boolean {
    return this.#fellBack;
  }

  /** True from when it said that it is, to its end. */
  get ready(): boolean {
    return this.#ready;
  }

  /** True while it runs and has not answered for a second or more. It may be stuck, or busy. */
  get silent(): boolean {
    return this.#ready && this.#missedPings > SILENT_PINGS;
  }

  /** True from its launch to its end. */
  get running(): boolean {
    return this.#thread !== undefined;
  }

  /** @throws {HubStartError} when the thread says that it cannot do its work */
  async start(): Promise<Ready> {
    try {
      return await this.#launch();
    } catch (error) {
      const { fallback, name, log } = this.#deps;
      if (error instanceof HubStartError || fallback === undefined || this.#stopping !== undefined) throw error;
      log.warn(
        { module: 'host', error },
        `the ${name} thread could not be started: it runs in place, on the main thread`,
      );
      this.#carrier = fallback;
      this.#fellBack = true;
      return this.#launch();
    }
  }

  /** @returns false when it is not running */
  post(message: object, transfer: readonly Transferable[] = []): boolean {
    this.#thread?.post(message, transfer);
    return this.#thread !== undefined;
  }

  /** Asks it to stop; after `withinMs` it is ended. */
  async stop(withinMs: number): Promise<void> {
    this.#restart?.[Symbol.dispose]();
    this.#stopping ??= Promise.withResolvers<void>();
    this.#steps?.[Symbol.dispose]();
    this.#dropSpare();
    const thread = this.#thread;
    if (thread === undefined) return;
    thread.post({ type: 'stop' });
    const timer = this.#deps.clock.after(withinMs, () => {
      this.#deps.log.warn({ module: 'host' }, `the ${this.#deps.name} thread did not stop in time and was ended`);
      thread.kill();
    });
    await this.#stopping.promise;
    timer[Symbol.dispose]();
  }

  /** Starts the thread once. Rejects when it ends before it is ready. */
  async #launch(): Promise<Ready> {
    const start = await this.#deps.prepare();
    if (this.#stopping !== undefined)
      throw new Error(`Cannot start the ${this.#deps.name} thread: it was told to stop`);
    const ready = Promise.withResolvers<Ready>();
    let failure: HubStartError | undefined;
    let isReady = false;
    const thread = this.#carrier.start(start, {
      onMessage: (message) => {
        if (!isReport(message)) return;
        if (message.type === 'failed') failure = new HubStartError(String(message.message));
        else if (message.type === 'ready') {
          isReady = true;
          this.#ready = true;
          this.#watchOver(thread, start);
          ready.resolve(message as unknown as Ready);
          this.#deps.onReport(message as unknown as Ready);
        } else this.#take(message);
      },
      onEnd: (reason) => {
        this.#thread = undefined;
        this.#ready = false;
        if (isReady) this.#died(reason);
        else this.#stopping?.resolve();
        ready.reject(failure ?? new Error(`Cannot start the ${this.#deps.name} thread: ${reason}`));
      },
    });
    this.#thread = thread;
    // It was taken, if there was one.
    this.#dropSpare();
    this.#deps.onLaunched();
    return ready.promise;
  }

  #take(message: AnyReport): void {
    if (message.type === 'pong') this.#answered();
    else if (message.type !== 'stopped') this.#deps.onReport(message as unknown as Other);
  }

  #watchOver(thread: RunningThread, { pulse }: ThreadStart): void {
    const { clock, stuckAfterMs } = this.#deps;
    this.#missedPings = 0;
    this.#stillPings = 0;
    this.#isStuck = false;
    const steps = new StuckWatch({
      thread,
      pulse,
      clock,
      limitMs: stuckAfterMs(),
      onSuspect: () => this.#keepSpare(),
      onStuck: () => this.#end(thread),
    });
    this.#steps = steps;
    this.#pings = clock.every(PING_EVERY_MS, () => {
      this.#missedPings += 1;
      this.#stillPings = this.#hasMoved(pulse) ? 0 : this.#stillPings + 1;
      if (this.#stillPings > STUCK_PINGS || this.#missedPings > BUSY_PINGS) {
        this.#end(thread);
        return;
      }
      thread.post({ type: 'ping' });
      // The last thing that it does may take long.
      if (this.#stopping !== undefined) return;
      steps.pinged();
      if (this.#missedPings === SILENT_PINGS + 1) this.#fellSilent();
    });
  }

  #hasMoved(pulse: Pulse): boolean {
    const before = this.#beats;
    this.#beats = Atomics.load(pulse, 0);
    return this.#beats !== before;
  }

  #unwatch(): void {
    this.#pings?.[Symbol.dispose]();
    this.#steps?.[Symbol.dispose]();
  }

  /** The code of the next start is loaded while it is not sure yet that there will be one: that is most of its time. */
  #keepSpare(): void {
    this.#spareEnds?.[Symbol.dispose]();
    this.#spare ??= this.#carrier.spare?.();
    this.#spareEnds = this.#deps.clock.after(SPARE_FOR_MS, () => this.#dropSpare());
  }

  #dropSpare(): void {
    this.#spareEnds?.[Symbol.dispose]();
    this.#spare?.[Symbol.dispose]();
    this.#spare = undefined;
  }

  #end(thread: RunningThread): void {
    this.#isStuck = true;
    thread.kill();
  }

  #fellSilent(): void {
    const { log, name, onDidChangeSilence } = this.#deps;
    log.warn({ module: 'host' }, `the ${name} thread does not answer; it is started again if that goes on`);
    onDidChangeSilence();
  }

  #answered(): void {
    const wasSilent = this.silent;
    this.#missedPings = 0;
    this.#stillPings = 0;
    this.#steps?.answered();
    if (wasSilent && this.#stopping === undefined) this.#deps.onDidChangeSilence();
  }

  #died(reason: string): void {
    this.#unwatch();
    const why = this.#isStuck ? 'it was stuck' : reason;
    this.#deps.onGone(why);
    if (this.#stopping !== undefined) this.#stopping.resolve();
    else this.#startAgain(why);
  }

  #startAgain(reason: string): void {
    const { clock, log, name, onRestarting, onCrashed } = this.#deps;
    const nowMs = clock.nowMs();
    this.#deathsMs = [...this.#deathsMs.filter((atMs) => nowMs - atMs < RESTART_WINDOW_MS), nowMs];
    if (this.#deathsMs.length > MAX_RESTARTS) {
      log.error({ module: 'host', reason }, `the ${name} thread died again and is not started any more`);
      onCrashed(reason);
      return;
    }
    log.error({ module: 'host', reason }, `the ${name} thread died and is started again`);
    onRestarting(reason);
    const earlier = this.#deathsMs.length - 1;
    const delayMs = earlier === 0 ? 0 : BASE_DELAY_MS * 2 ** (earlier - 1);
    this.#restart = clock.after(delayMs, () => {
      this.#launch().catch((error: unknown) => {
        if (this.#stopping === undefined) this.#startAgain(error instanceof Error ? error.message : String(error));
        else this.#stopping.resolve();
      });
    });
  }
}
