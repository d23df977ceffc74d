import { Histogram } from 'prom-client';
import type { Meter } from './meter.ts';

/** Powers of two of a microsecond at which Prometheus' buckets end, 256 µs to 67 s: there ours end too, so no count is a guess. */
const POWERS: readonly number[] = Array.from({ length: 19 }, (_, index) => index + 8);
const MICROSECONDS = 1e6;
const MILLISECONDS = 1e3;

type Label = 'service' | 'le';
type Values = Awaited<ReturnType<Histogram<Label>['get']>>;

const NAME = 'whub_service_latency_seconds';
const CONFIGURATION = {
  name: NAME,
  help: 'Time from the arrival of a request to its answer, seconds, by service',
  labelNames: ['service'] as const,
  registers: [],
};

function valuesOf(service: string, meter: Meter): Values['values'] {
  const { latency } = meter;
  const bucket = (le: number | string, value: number): Values['values'][number] => ({
    metricName: `${NAME}_bucket`,
    labels: { service, le },
    value,
  });
  return [
    ...POWERS.map((power) => bucket(2 ** power / MICROSECONDS, latency.countBelow(power))),
    bucket('+Inf', latency.total),
    { metricName: `${NAME}_sum`, labels: { service }, value: meter.snapshot(service).latencySumMs / MILLISECONDS },
    { metricName: `${NAME}_count`, labels: { service }, value: latency.total },
  ];
}

/**
 * A histogram of prom-client that shows what meters have counted, instead of counting once more: its own `observe` would
 * cost each exchange more than all the meters together.
 */
export class LatencyMetric extends Histogram<Label> {
  /** For what describes the metric: this one's own `get` would come back here. */
  readonly #empty = new Histogram<Label>(CONFIGURATION);
  readonly #meters: Iterable<readonly [service: string, meter: Meter]>;

  constructor(meters: Iterable<readonly [service: string, meter: Meter]>) {
    super(CONFIGURATION);
    this.#meters = meters;
  }

  override async get(): Promise<Values> {
    const values = Array.from(this.#meters, ([service, meter]) => valuesOf(service, meter)).flat();
    return { ...(await this.#empty.get()), values };
  }

  /** What prom-client asks for where it prints. */
  async getForPromString(): Promise<Values> {
    return this.get();
  }
}
