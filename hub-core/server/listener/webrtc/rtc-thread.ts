import type { Clock } from '../../../common/base/clock.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { RunningRtcThread, StartRtcThread } from './rtc-worker.ts';
import { TickQueue } from './tick-queue.ts';
import type { RtcCommand, RtcReport, RtcThreadInit } from './thread-messages.ts';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
/** A thread that lived so long starts with a clean record. */
const SOUND_AFTER_MS = 60_000;

export interface RtcThreadDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly init: RtcThreadInit;
  readonly start: StartRtcThread;
  /** Runs a function at the end of the tick: `process.nextTick`. */
  readonly defer: (flush: () => void) => void;
  readonly onReport: (report: RtcReport) => void;
  /** The thread and every peer that it held are gone. */
  readonly onGone: () => void;
}

/**
 * The hub's hold on its WebRTC thread. It runs from the first offer on. When it dies, the next offer starts another one, after a
 * pause that doubles with each death.
 */
export class RtcThread {
  readonly #deps: RtcThreadDeps;
  readonly #ticks: TickQueue;
  #thread: RunningRtcThread | undefined;
  #startedMs = 0;
  #deaths = 0;
  /** Monotonic ms before which none is started. */
  #pauseEndsMs = Number.NEGATIVE_INFINITY;
  #restarts = 0;
  #stopped = false;

  constructor(deps: RtcThreadDeps) {
    this.#deps = deps;
    this.#ticks = new TickQueue({
      post: (tick, transfer) => this.#thread?.post(tick, transfer),
      defer: deps.defer,
    });
  }

  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /** Time until one may be started again, ms; 0 = now. */
  get pauseMs(): number {
    return Math.max(0, Math.ceil(this.#pauseEndsMs - this.#deps.clock.nowMs()));
  }

  /** Threads that were started after one died. */
  get restarts(): number {
    return this.#restarts;
  }

  /** @throws {RequestError} UNAVAILABLE_ERR when it died a moment ago, or the hub stops */
  ensureRunning(): void {
    if (this.#thread !== undefined) return;
    const { clock, start, init } = this.#deps;
    const { pauseMs } = this;
    if (pauseMs > 0 || this.#stopped) {
      throw new RequestError(
        'UNAVAILABLE_ERR',
        'Cannot take an offer now: WebRTC is being started again, try again later',
        {
          extra: { retry_after_ms: Math.max(pauseMs, FIRST_PAUSE_MS) },
        },
      );
    }
    this.#startedMs = clock.nowMs();
    if (this.#deaths > 0) this.#restarts += 1;
    const thread = start(init, {
      onReport: (report) => {
        if (this.#thread === thread) this.#deps.onReport(report);
      },
      onEnd: (reason) => this.#ended(thread, reason),
    });
    this.#thread = thread;
  }

  /** Everything that was sent before goes before it. */
  post(command: RtcCommand): void {
    this.#ticks.flush();
    this.#thread?.post(command, []);
  }

  /** Hands a frame over at the end of the tick. */
  send(peer: number, frame: Uint8Array): void {
    this.#ticks.send(peer, frame);
  }

  acknowledge(peer: number, bytes: number): void {
    this.#ticks.acknowledge(peer, bytes);
  }

  /** Ends a thread that does not answer; another follows as after a crash. */
  kill(): void {
    void this.#thread?.kill();
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread?.kill();
  }

  #ended(thread: RunningRtcThread, reason: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#ticks.clear();
    if (!this.#stopped) this.#noteDeath(reason);
    this.#deps.onGone();
  }

  #noteDeath(reason: string): void {
    const { clock, log } = this.#deps;
    const nowMs = clock.nowMs();
    this.#deaths = nowMs - this.#startedMs > SOUND_AFTER_MS ? 1 : this.#deaths + 1;
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#deaths - 1));
    this.#pauseEndsMs = nowMs + pauseMs;
    log.error({ reason }, 'the WebRTC thread died: its connections ended, the next offer starts it again');
  }
}
