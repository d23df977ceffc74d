import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../common/base/clock.ts';
import { silentLogger } from '../../common/log/logger.ts';
import type { BodySlice, ExchangeEnd, ExchangeStart, TrafficBatch } from '../../common/traffic/exchange.ts';
import { TrafficStore, type TrafficStoreOptions } from '../../capture/traffic-store.ts';

export const NO_BODY: BodySlice = { offset: 0, stored: 0, total: 0 };

export function exchangeStart(seq: number, more: Partial<ExchangeStart> = {}): ExchangeStart {
  return {
    seq,
    receivedMs: seq,
    method: 'GET',
    uri: '/math/add?a=1',
    service: 'math',
    from: 'alice',
    connection: 'c1',
    via: 'socket',
    transport: 'tcp',
    correlationId: seq,
    flags: 0,
    encoding: 0,
    timeoutMs: 30_000,
    headers: [],
    body: NO_BODY,
    ...more,
  };
}

export function exchangeEnd(seq: number, more: Partial<ExchangeEnd> = {}): ExchangeEnd {
  return {
    seq,
    outcome: 'replied',
    status: 200,
    error: '',
    provider: 'math@c2',
    providerClient: 'bob',
    attempts: 1,
    encoding: 1,
    headers: [],
    body: NO_BODY,
    checkedMs: seq + 1,
    sentMs: seq + 2,
    repliedMs: seq + 5,
    endedMs: seq + 6,
    ...more,
  };
}

export function trafficBatch(more: Partial<TrafficBatch>): TrafficBatch {
  return {
    clockOffsetMs: 1_000_000,
    starts: [],
    ends: [],
    droppedRows: 0,
    droppedBodies: 0,
    bytes: new Uint8Array(0),
    ...more,
  };
}

/** A batch of whole exchanges, from `first` to `last`. */
export function exchangesBatch(first: number, last: number): TrafficBatch {
  const seqs = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return trafficBatch({ starts: seqs.map((seq) => exchangeStart(seq)), ends: seqs.map((seq) => exchangeEnd(seq)) });
}

/** A folder that is removed with everything in it. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'whub-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function openTrafficStore(dir: string, options: Partial<TrafficStoreOptions> = {}): TrafficStore {
  return new TrafficStore({ dir, clock: systemClock, log: silentLogger, ...options });
}
