import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import type { MetricSample, Module } from '../../../common/module/module.ts';
import type { Message, MessageInit } from '../../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../../common/traffic/exchange.ts';
import type { Exchange, ExchangeObserver } from '../../service/exchange.ts';
import { ExchangeMeters, type MeterKind } from './exchange-meters.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { MeterSnapshot } from './meter-snapshot.ts';
import { ProcessProbe, type ProcessFigures } from './process-figures.ts';
import type { StatsSnapshot } from './stats-snapshot.ts';

export type { MeterKind } from './exchange-meters.ts';
export { createMetricsPage } from './metrics-page.ts';
export type { ProcessFigures } from './process-figures.ts';

const SAMPLE_MS = 1_000;
/** An hour of samples. */
const HISTORY = 3_600;
/** How often the event loop's delay is probed. */
const PROBE_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

/** What others count, read when a sample is taken. */
export interface Gauges {
  readonly connections: number;
  /** Of these, how many over each transport. */
  readonly transports: Readonly<Record<string, number>>;
  readonly clients: number;
  readonly services: number;
  readonly providers: number;
  readonly inFlight: number;
  readonly queued: number;
  /** Memory of the traffic store's thread; null while it is not known. */
  readonly storeHeapUsedBytes: number | null;
  readonly storeExternalBytes: number | null;
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
  /** Since the start, most requests first; at most 1,000 of each kind are kept apart, the rest is `other`. */
  meters(kind: MeterKind): readonly MeterSnapshot[];
  /** One of them; undefined when nothing was counted for it, or it is not kept apart. */
  of(kind: MeterKind, key: string): MeterSnapshot | undefined;
  process(): ProcessFigures;
  /** What `/metrics` makes its histograms of. */
  readonly counted: ExchangeMeters;
}

type Rates = Omit<StatsSnapshot, keyof Gauges | 'atMs' | 'rssBytes' | 'heapUsedBytes'>;

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
  readonly counted = new ExchangeMeters();
  readonly #probe: ProcessProbe;
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
    this.#probe = new ProcessProbe(deps.clock);
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
    this.counted.add(exchange, answer);
    if (answer === undefined) return;
    this.#replies += 1;
    if ((answer.status ?? 0) >= 400) this.#errors += 1;
    this.#latency.add(exchange.endedMs - exchange.receivedMs);
  }

  metrics(): readonly MetricSample[] {
    const help = 'Services, routes, providers and clients that are counted apart now';
    return this.counted
      .sizes()
      .map(([by, value]) => ({ name: 'meters', help, kind: 'gauge' as const, value, labels: { by } }));
  }

  meters(kind: MeterKind): readonly MeterSnapshot[] {
    return this.counted.list(kind);
  }

  of(kind: MeterKind, key: string): MeterSnapshot | undefined {
    return this.counted.of(kind, key);
  }

  process(): ProcessFigures {
    return this.#probe.figures();
  }

  current(): StatsSnapshot {
    const { clock, gauges } = this.#deps;
    const { rss: rssBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
    return { atMs: clock.wallMs(), ...gauges(), ...this.#rates, rssBytes, heapUsedBytes };
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
    this.#probe.sample();
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
