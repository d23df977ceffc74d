import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricSample } from '../../../common/module/module.ts';
import { LatencyMetric } from './latency-metric.ts';
import { OTHER } from './meter-table.ts';
import type { Meter } from './meter.ts';

export interface MetricsSource {
  /** Of the hub as a whole. */
  readonly hub: readonly MetricSample[];
  /** By the module's name. */
  readonly modules: ReadonlyMap<string, readonly MetricSample[]>;
  readonly services: readonly (readonly [service: string, meter: Meter])[];
}

const snake = (name: string): string => name.replaceAll('-', '_');

/** `connections` of the module `connection-manager` is `whub_connection_manager_connections`. */
function named(module: string, samples: readonly MetricSample[]): MetricSample[] {
  return samples.map((sample) => ({ ...sample, name: `whub_${snake(module)}_${sample.name}` }));
}

function serviceSamples(service: string, meter: Meter): MetricSample[] {
  const { requests, clientErrors, serverErrors, unanswered, bytesIn, bytesOut } = meter.snapshot(service);
  const counter = (
    name: string,
    help: string,
    [value, labels = {}]: [number, Record<string, string>?],
  ): MetricSample => ({
    name: `whub_service_${name}_total`,
    help,
    kind: 'counter',
    value,
    labels: { service, ...labels },
  });
  const errors = 'Answers with a status of 400 and above, by service';
  const bytes = 'Bytes of requests (in) and answers (out), by service';
  return [
    counter('requests', 'Requests that ended, by service', [requests]),
    counter('errors', errors, [clientErrors, { class: '4xx' }]),
    counter('errors', errors, [serverErrors, { class: '5xx' }]),
    counter('unanswered', 'Requests that nobody waited for any more, by service', [unanswered]),
    counter('bytes', bytes, [bytesIn, { direction: 'in' }]),
    counter('bytes', bytes, [bytesOut, { direction: 'out' }]),
  ];
}

function register(registry: Registry, samples: readonly MetricSample[]): void {
  for (const [name, family] of Map.groupBy(samples, (sample) => sample.name)) {
    const [{ help, kind } = { help: '', kind: 'gauge' as const }] = family;
    const labelNames = [...new Set(family.flatMap(({ labels = {} }) => Object.keys(labels)))];
    const configuration = { name, help, labelNames, registers: [registry] };
    if (kind === 'counter') {
      const counter = new Counter(configuration);
      for (const { labels = {}, value } of family) counter.inc(labels, value);
    } else {
      const gauge = new Gauge(configuration);
      for (const { labels = {}, value } of family) gauge.set(labels, value);
    }
  }
}

/**
 * What `/metrics` answers. A registry is made for each answer, of what is counted anyway: nothing is kept twice, and two
 * hubs in one process do not meet.
 */
export async function metricsText({ hub, modules, services }: MetricsSource): Promise<string> {
  const registry = new Registry();
  register(registry, [
    ...hub,
    ...services.flatMap(([service, meter]) => serviceSamples(service, meter)),
    ...Array.from(modules, ([module, samples]) => named(module, samples)).flat(),
  ]);
  registry.registerMetric(new LatencyMetric(services));
  return registry.metrics();
}

/** With `other` only when something was counted there. */
export function servicesOf(table: {
  entries(): Iterable<[string, Meter]>;
  readonly other: Meter;
}): (readonly [service: string, meter: Meter])[] {
  const isUsed = table.other.snapshot(OTHER).requests > 0;
  return [...table.entries(), ...(isUsed ? [[OTHER, table.other] as const] : [])];
}
