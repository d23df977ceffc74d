import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';

export interface TimingPart {
  readonly id: 'checks' | 'queue' | 'provider' | 'delivery';
  readonly label: string;
  readonly startMs: number;
  /** null while it still goes on. */
  readonly lengthMs: number | null;
}

/** The steps of an exchange; those that ended add up to the whole, since each starts where the one before ended. */
export function timingParts({
  checkedMs,
  sentMs,
  repliedMs,
  endedMs,
}: ExchangeDetail['timing']): readonly TimingPart[] {
  // The store is told of the steps when the exchange ends.
  if (checkedMs === null && endedMs === null) {
    return [{ id: 'provider', label: 'On its way', startMs: 0, lengthMs: null }];
  }
  const steps = [
    { id: 'checks', label: 'Route and grant checked', until: checkedMs },
    { id: 'queue', label: 'Waited for a free channel', until: sentMs },
    { id: 'provider', label: 'Provider worked', until: repliedMs },
    { id: 'delivery', label: 'Answer handed to the caller', until: endedMs },
  ] as const;
  const parts: TimingPart[] = [];
  let startMs = 0;
  for (const { id, label, until } of steps) {
    // A step that was never reached: the last that was goes on until the end.
    if (until === null && (endedMs !== null || parts.at(-1)?.lengthMs === null)) continue;
    parts.push({ id, label, startMs, lengthMs: until === null ? null : until - startMs });
    if (until !== null) startMs = until;
  }
  return parts;
}
