import type { TargetService } from '../relayed-exchange.ts';

/** What is counted of one registered service. */
export interface ServiceTally {
  readonly id: string;
  readonly calls: number;
  readonly errors: number;
  /** Requests refused because their body breaks the route's schema. */
  readonly schemaRefusals: number;
  /** Answers that broke their route's schema. */
  readonly schemaWarnings: number;
  /** Requests handed to a further provider. */
  readonly retries: number;
  /** Retries that there was no budget for. */
  readonly retriesDenied: number;
  /** Requests refused because they could not be answered in time. */
  readonly shed: number;
  /** Times that a provider was ejected. */
  readonly ejections: number;
  /** Providers now, and those of them that are ejected. */
  readonly providers: number;
  readonly ejected: number;
  /** Requests that wait now. */
  readonly queued: number;
}

export function tallyOf(service: TargetService): ServiceTally {
  const { id, calls, errors, schemaRefusals, schemaWarnings, resilience, channels, queue } = service;
  return {
    id,
    calls,
    errors,
    schemaRefusals,
    schemaWarnings,
    retries: resilience.retries,
    retriesDenied: resilience.retryBudget.denied,
    shed: resilience.shed,
    ejections: resilience.ejections,
    providers: channels.length,
    ejected: channels.filter(({ standing }) => standing.isEjected).length,
    queued: queue.size,
  };
}
