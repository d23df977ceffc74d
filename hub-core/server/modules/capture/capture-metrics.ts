import type { MetricSample } from '../../../common/module/module.ts';
import type { StoreMemory } from './capture-sink.ts';

export interface CaptureCounts {
  readonly recorded: number;
  readonly droppedRows: number;
  readonly droppedBodies: number;
  readonly pendingBytes: number;
  readonly memory: StoreMemory | undefined;
}

const gauge = (name: string, help: string, value: number): MetricSample => ({ name, help, kind: 'gauge', value });

const memoryMetrics = ({ heapUsedBytes, heapTotalBytes, externalBytes }: StoreMemory): readonly MetricSample[] => [
  gauge('thread_heap_used_bytes', "JavaScript heap in use on the traffic store's thread", heapUsedBytes),
  gauge('thread_heap_bytes', "JavaScript heap of the traffic store's thread", heapTotalBytes),
  gauge('thread_external_bytes', "Memory of buffers outside the heap of the traffic store's thread", externalBytes),
];

export function captureMetrics(counts: CaptureCounts): readonly MetricSample[] {
  const counter = (name: string, help: string, value: number): MetricSample => ({ name, help, kind: 'counter', value });
  return [
    counter('recorded_total', 'Exchanges handed to the traffic store', counts.recorded),
    counter('dropped_rows_total', 'Exchanges left out because the store was behind', counts.droppedRows),
    counter('dropped_bodies_total', 'Bodies left out because the store was behind', counts.droppedBodies),
    gauge('pending_bytes', 'Bytes gathered, or handed to the store and not taken by it yet', counts.pendingBytes),
    ...(counts.memory === undefined ? [] : memoryMetrics(counts.memory)),
  ];
}
