import type { LimitUse, MetricSample } from '../../../common/module/module.ts';
import type { MeterSnapshot } from './meter-snapshot.ts';
import type { ProcessFigures } from './process-figures.ts';
import type { StatsSnapshot } from './stats-snapshot.ts';

type Row = readonly [name: string, help: string, value: number];

const sample = (kind: MetricSample['kind'], [name, help, value]: Row): MetricSample => ({ name, help, kind, value });

/** The hub as a whole, for `/metrics`: totals, gauges, the process. */
export function hubSamples(stats: StatsSnapshot, total: MeterSnapshot, figures: ProcessFigures): MetricSample[] {
  const gauges: readonly Row[] = [
    ['whub_connections', 'Connections that are open', stats.connections],
    ['whub_clients', 'Clients that have at least one connection', stats.clients],
    ['whub_services', 'Registered services', stats.services],
    ['whub_providers', 'Provider channels', stats.providers],
    ['whub_in_flight', 'Requests handed over and not answered', stats.inFlight],
    ['whub_queued', 'Requests that wait for a provider channel', stats.queued],
    [
      'whub_event_loop_delay_seconds',
      'Delay of the event loop in the last second, 99th percentile',
      stats.eventLoopDelayMs / 1000,
    ],
    ['process_resident_memory_bytes', 'Resident memory of the process, bytes', figures.rssBytes],
    ['nodejs_heap_size_used_bytes', 'JavaScript heap in use, bytes', figures.heapUsedBytes],
    ['nodejs_heap_size_total_bytes', 'JavaScript heap, bytes', figures.heapTotalBytes],
    ['nodejs_external_memory_bytes', 'Memory of buffers outside the heap, bytes', figures.externalBytes],
    ['process_uptime_seconds', 'Time since the start of the process, seconds', figures.uptimeSec],
  ];
  const counters: readonly Row[] = [
    ['whub_requests_total', 'Requests that ended', total.requests],
    ['whub_client_errors_total', 'Answers with a status of 400 to 499', total.clientErrors],
    ['whub_server_errors_total', 'Answers with a status of 500 and above', total.serverErrors],
    ['whub_unanswered_total', 'One-way requests, and those whose caller left', total.unanswered],
    ['whub_bytes_in_total', 'Bytes of requests', total.bytesIn],
    ['whub_bytes_out_total', 'Bytes of answers', total.bytesOut],
    ['process_cpu_seconds_total', 'Processor time of the process, seconds', figures.cpuSec],
  ];
  return [...gauges.map((row) => sample('gauge', row)), ...counters.map((row) => sample('counter', row))];
}

/** Limits beside their use; one that is not set has none. Whose use it is stands in no label: there may be many. */
export function limitSamples(limits: readonly LimitUse[]): MetricSample[] {
  const used = 'Use of each limit now; of the one that is nearest to it where each of many has that limit';
  return limits.flatMap(({ name, ...use }): MetricSample[] => {
    const labels = { limit: name };
    const rest = { kind: 'gauge', labels } as const;
    const present: MetricSample = { name: 'whub_limit_used', help: used, value: use.used, ...rest };
    if (use.limit === 0) return [present];
    return [present, { name: 'whub_limit_max', help: 'Each limit that is set', value: use.limit, ...rest }];
  });
}
