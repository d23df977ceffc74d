import type { MetricSample } from '../../../common/module/module.ts';

export interface CaptureCounts {
  readonly recorded: number;
  readonly droppedRows: number;
  readonly droppedBodies: number;
  readonly pendingBytes: number;
}

export function captureMetrics(counts: CaptureCounts): readonly MetricSample[] {
  const counter = (name: string, help: string, value: number): MetricSample => ({ name, help, kind: 'counter', value });
  return [
    counter('recorded_total', 'Exchanges handed to the traffic store', counts.recorded),
    counter('dropped_rows_total', 'Exchanges left out because the store was behind', counts.droppedRows),
    counter('dropped_bodies_total', 'Bodies left out because the store was behind', counts.droppedBodies),
    {
      name: 'pending_bytes',
      help: 'Bytes gathered, or handed to the store and not taken by it yet',
      kind: 'gauge',
      value: counts.pendingBytes,
    },
  ];
}
