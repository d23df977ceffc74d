import type { Transferable } from 'node:worker_threads';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import type { RunningThread, ThreadCarrier, ThreadStart } from './thread-carrier.ts';

/** A thread may die this often within the window; the next time it is left alone. */
const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 100;

const PING_EVERY_MS = 500;
/** Pings in a row without an answer. Counted, not timed: a suspended machine is not a stuck thread. */
const SILENT_PINGS = 2;
/** Ten seconds: a thread that computes for some seconds, for a program of the user's, comes back by itself. */
const STUCK_PINGS = 20;

export interface SupervisedThreadDeps<Report extends { readonly type: string }> {
  readonly name: 'hub' | 'capture';
  readonly carrier: ThreadCarrier;
  /** Used when `carrier` cannot start the thread at all. */
  readonly fallback: ThreadCarrier | undefined;
  /** Called for each start: ports are used once. */
  readonly prepare: () => ThreadStart | Promise<ThreadStart>;
  readonly clock: Clock;
  readonly log: Logger;
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
  #watch: Disposable | undefined;
  #restart: Disposable | undefined;
  #ready = false;
  #fellBack = false;
  #missedPings = 0;
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
    const thread = this.#carrier(start, {
      onMessage: (message) => {
        if (!isReport(message)) return;
        if (message.type === 'failed') failure = new HubStartError(String(message.message));
        else if (message.type === 'ready') {
          isReady = true;
          this.#ready = true;
          this.#watchOver(thread);
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
    this.#deps.onLaunched();
    return ready.promise;
  }

  #take(message: AnyReport): void {
    if (message.type === 'pong') this.#answered();
    else if (message.type !== 'stopped') this.#deps.onReport(message as unknown as Other);
  }

  #watchOver(thread: RunningThread): void {
    this.#missedPings = 0;
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#deps.clock.every(PING_EVERY_MS, () => {
      this.#missedPings += 1;
      if (this.#missedPings > STUCK_PINGS) {
        thread.kill();
        return;
      }
      thread.post({ type: 'ping' });
      if (this.#missedPings === SILENT_PINGS + 1 && this.#stopping === undefined) this.#fellSilent();
    });
  }

  #fellSilent(): void {
    const { log, name, onDidChangeSilence } = this.#deps;
    log.warn({ module: 'host' }, `the ${name} thread does not answer; it is started again if that goes on`);
    onDidChangeSilence();
  }

  #answered(): void {
    const wasSilent = this.silent;
    this.#missedPings = 0;
    if (wasSilent && this.#stopping === undefined) this.#deps.onDidChangeSilence();
  }

  #died(reason: string): void {
    this.#watch?.[Symbol.dispose]();
    const why = this.#missedPings > STUCK_PINGS ? 'it was stuck' : reason;
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
    this.#restart = clock.after(FIRST_DELAY_MS * 2 ** (this.#deathsMs.length - 1), () => {
      this.#launch().catch((error: unknown) => {
        if (this.#stopping === undefined) this.#startAgain(error instanceof Error ? error.message : String(error));
        else this.#stopping.resolve();
      });
    });
  }
}
