import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import type { Module } from '../../../common/module/module.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../../common/traffic/exchange.ts';
import type { Exchange, ExchangeObserver } from '../../service/exchange.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { StatsSnapshot } from './stats-snapshot.ts';

const SAMPLE_MS = 1_000;
/** An hour of samples. */
const HISTORY = 3_600;
/** How often the event loop's delay is probed. */
const PROBE_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

/** What others count, read when a sample is taken. */
export interface Gauges {
  readonly connections: number;
  readonly clients: number;
  readonly services: number;
  readonly providers: number;
  readonly inFlight: number;
  readonly queued: number;
}

export interface MeteringDeps {
  readonly clock: Clock;
  readonly gauges: () => Gauges;
}

/** Rates and latencies of the last second, an hour of them, and how the process is doing. */
export interface Metering extends Module, ExchangeObserver {
  readonly onDidSample: Event<StatsSnapshot>;
  /** Gauges as they are now, rates of the last full second. */
  current(): StatsSnapshot;
  /** Oldest first. */
  history(seconds: number): readonly StatsSnapshot[];
}

type Rates = Omit<StatsSnapshot, keyof Gauges | 'atMs' | 'rssBytes'>;

const NO_RATES: Rates = Object.freeze({
  requestsPerSec: 0,
  repliesPerSec: 0,
  errorsPerSec: 0,
  latencyP50Ms: null,
  latencyP95Ms: null,
  latencyP99Ms: null,
  eventLoopDelayMs: 0,
});

export function createMetering(deps: MeteringDeps): Metering {
  return new Meter(deps);
}

class Meter implements Metering {
  readonly name = 'metering';
  readonly dependsOn: readonly string[] = [];
  readonly #deps: MeteringDeps;
  readonly #sampled = new Emitter<StatsSnapshot>();
  readonly #latency = new LatencyHistogram();
  readonly #samples: StatsSnapshot[] = [];
  #running: DisposableStack | undefined;
  #loop: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #rates = NO_RATES;
  #sinceMs = 0;
  #requests = 0;
  #replies = 0;
  #errors = 0;

  readonly onDidSample = this.#sampled.event;

  constructor(deps: MeteringDeps) {
    this.#deps = deps;
  }

  start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { clock } = this.#deps;
    const loop = monitorEventLoopDelay({ resolution: PROBE_MS });
    loop.enable();
    this.#loop = loop;
    this.#sinceMs = clock.nowMs();
    const running = new DisposableStack();
    running.defer(() => loop.disable());
    running.use(clock.every(SAMPLE_MS, () => this.#sample()));
    this.#running = running;
    return Promise.resolve();
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#running?.dispose();
    this.#running = undefined;
    return Promise.resolve();
  }

  health(): { readonly state: 'serving'; readonly detail: string } {
    return { state: 'serving', detail: `${this.#rates.requestsPerSec.toFixed(0)} requests/s` };
  }

  began(): void {
    this.#requests += 1;
  }

  ended(exchange: Exchange, _outcome: ExchangeOutcome, answer: Message | MessageInit | undefined): void {
    if (answer === undefined) return;
    this.#replies += 1;
    if ((answer.status ?? 0) >= 400) this.#errors += 1;
    this.#latency.add(exchange.endedMs - exchange.receivedMs);
  }

  current(): StatsSnapshot {
    const { clock, gauges } = this.#deps;
    return { atMs: clock.wallMs(), ...gauges(), ...this.#rates, rssBytes: process.memoryUsage.rss() };
  }

  history(seconds: number): readonly StatsSnapshot[] {
    return this.#samples.slice(-Math.min(seconds, HISTORY));
  }

  #sample(): void {
    const nowMs = this.#deps.clock.nowMs();
    // By the time that really went by: a busy process takes its samples late.
    const seconds = Math.max(nowMs - this.#sinceMs, 1) / 1000;
    this.#rates = {
      requestsPerSec: this.#requests / seconds,
      repliesPerSec: this.#replies / seconds,
      errorsPerSec: this.#errors / seconds,
      latencyP50Ms: this.#latency.quantile(0.5),
      latencyP95Ms: this.#latency.quantile(0.95),
      latencyP99Ms: this.#latency.quantile(0.99),
      eventLoopDelayMs: this.#loopDelayMs(),
    };
    this.#sinceMs = nowMs;
    this.#requests = this.#replies = this.#errors = 0;
    this.#latency.reset();
    const snapshot = this.current();
    if (this.#samples.length >= HISTORY) this.#samples.shift();
    this.#samples.push(snapshot);
    this.#sampled.emit(snapshot);
  }

  /** How late the loop was at worst 1 % of the time. The probe measures its own interval too, which is no delay. */
  #loopDelayMs(): number {
    const loop = this.#loop;
    if (loop === undefined || loop.count === 0) return 0;
    const delayMs = loop.percentile(99) / NANOSECONDS_PER_MS - PROBE_MS;
    loop.reset();
    return Math.max(0, delayMs);
  }
}
