import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';

export interface ServiceLoad {
  readonly id: string;
  readonly calls: number;
  /** Share of calls that failed, 0 to 1. */
  readonly errorShare: number;
  /** The slowest channel's. */
  readonly p95Ms: number | null;
  readonly queued: number;
  /** What is the matter with its pool; undefined = nothing. */
  readonly trouble: string | undefined;
}

function troubleOf(service: ServiceRow): string | undefined {
  if (service.builtIn) return undefined;
  if (service.providers.length === 0) return 'no provider';
  const ready = service.providers.filter((provider) => provider.state === 'ready').length;
  if (ready === 0) return 'no provider ready';
  if (service.queued > 0) return 'queue growing';
  const ejected = service.providers.filter((provider) => provider.state === 'ejected').length;
  if (ejected > 0) return `${String(ejected)} of ${String(service.providers.length)} ejected`;
  return undefined;
}

/** Services as the Overview lists them: those in trouble first, then the slowest. */
export function serviceLoads(services: readonly ServiceRow[]): readonly ServiceLoad[] {
  return services
    .filter((service) => service.calls > 0 || !service.builtIn)
    .map((service) => {
      const latencies = service.providers.flatMap((provider) => provider.latencyP95Ms ?? []);
      return {
        id: service.id,
        calls: service.calls,
        errorShare: service.calls === 0 ? 0 : service.errors / service.calls,
        p95Ms: latencies.length === 0 ? null : Math.max(...latencies),
        queued: service.queued,
        trouble: troubleOf(service),
      };
    })
    .toSorted(
      (left, right) =>
        Number(right.trouble !== undefined) - Number(left.trouble !== undefined) ||
        (right.p95Ms ?? -1) - (left.p95Ms ?? -1) ||
        left.id.localeCompare(right.id),
    );
}
