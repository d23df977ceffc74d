import type { MetricSample } from '../../../common/module/module.ts';
import type { ServiceTally } from '../../service/resilience/service-tally.ts';

/** Services with a label of their own; the rest are one. Clients choose the ids, so their number must be bounded. */
const MAX_SERVICES = 100;
/** No service's id, so the label is never given twice. */
const OTHER = '_other';

type Counted = Exclude<keyof ServiceTally, 'id'>;

const METRICS: readonly (Pick<MetricSample, 'name' | 'help' | 'kind'> & { readonly of: Counted })[] = [
  { of: 'calls', name: 'service_requests_total', kind: 'counter', help: 'Requests that reached the service.' },
  { of: 'errors', name: 'service_errors_total', kind: 'counter', help: 'Answers with a status of 500 or above.' },
  {
    of: 'schemaRefusals',
    name: 'service_schema_refusals_total',
    kind: 'counter',
    help: "Requests refused because their body breaks the route's schema.",
  },
  {
    of: 'schemaWarnings',
    name: 'service_schema_warnings_total',
    kind: 'counter',
    help: "Answers that broke their route's schema and were passed on.",
  },
  {
    of: 'retries',
    name: 'service_retries_total',
    kind: 'counter',
    help: 'Requests handed to a further provider.',
  },
  {
    of: 'retriesDenied',
    name: 'service_retries_denied_total',
    kind: 'counter',
    help: 'Retries that there was no budget for.',
  },
  {
    of: 'shed',
    name: 'service_shed_total',
    kind: 'counter',
    help: 'Requests refused because they could not be answered in time.',
  },
  {
    of: 'ejections',
    name: 'service_ejections_total',
    kind: 'counter',
    help: 'Times that a provider was ejected: circuit breaker opened, health bad, or by hand.',
  },
  { of: 'providers', name: 'service_providers', kind: 'gauge', help: 'Provider channels.' },
  { of: 'ejected', name: 'service_providers_ejected', kind: 'gauge', help: 'Provider channels that are ejected.' },
  { of: 'queued', name: 'service_queued', kind: 'gauge', help: 'Requests that wait for a provider.' },
];

/**
 * The first services by their ids and all others together. The first that were registered, not the busiest: a counter whose
 * service moved to the others and back would jump.
 */
export function serviceMetrics(tallies: readonly ServiceTally[]): readonly MetricSample[] {
  const named = tallies.slice(0, MAX_SERVICES);
  const others = tallies.slice(MAX_SERVICES);
  return METRICS.flatMap(({ of, ...metric }) => {
    const samples = named.map((tally): MetricSample => ({
      ...metric,
      value: tally[of],
      labels: { service: tally.id },
    }));
    if (others.length === 0) return samples;
    const value = others.reduce((sum, tally) => sum + tally[of], 0);
    return [...samples, { ...metric, value, labels: { service: OTHER } }];
  });
}
