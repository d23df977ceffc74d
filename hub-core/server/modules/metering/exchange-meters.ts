import { EMPTY_BYTES, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import type { Exchange } from '../../service/exchange.ts';
import { bucketOf } from './latency-histogram.ts';
import type { MeterSnapshot } from './meter-snapshot.ts';
import { MeterTable } from './meter-table.ts';
import { Meter, type Reading } from './meter.ts';

/** Most keys of each kind that are kept apart, unless told otherwise. */
const CAPACITY = 1_000;
/** Services that `/metrics` tells apart. */
const EXPORTED = 100;

/** By what exchanges are told apart. */
const METER_KINDS = ['service', 'route', 'provider', 'client'] as const;
export type MeterKind = (typeof METER_KINDS)[number];

function bytesOf(message: Message | MessageInit): number {
  const frame = 'frame' in message ? message.frame : undefined;
  return (frame ?? message.payload ?? EMPTY_BYTES).byteLength;
}

/** Meters of every service, route, provider and client, and one of them all. */
export class ExchangeMeters {
  readonly total = new Meter();
  /**
   * Services once more, fewer of them: for `/metrics`. A table of its own, as one cut out of the others would have sums
   * that fall when a service enters it.
   */
  readonly exported = new MeterTable(EXPORTED);
  readonly #tables: Readonly<Record<MeterKind, MeterTable>>;
  /** Written anew for each exchange, so that counting one makes no garbage. */
  readonly #reading: Reading = { status: 0, bytesIn: 0, bytesOut: 0, durationMs: 0, bucket: 0 };

  constructor(capacity = CAPACITY) {
    this.#tables = {
      service: new MeterTable(capacity),
      route: new MeterTable(capacity),
      provider: new MeterTable(capacity),
      client: new MeterTable(capacity),
    };
  }

  /** On the hot path. */
  add(exchange: Exchange, answer: Message | MessageInit | undefined): void {
    const { endedMs, service, routeName, provider, caller, stream } = exchange;
    const reading = this.#reading;
    reading.bytesIn = bytesOf(exchange.message) + (stream?.requestBytes ?? 0);
    reading.status = answer?.status ?? 0;
    reading.bytesOut = (answer === undefined ? 0 : bytesOf(answer)) + (stream?.responseBytes ?? 0);
    reading.durationMs = endedMs - exchange.receivedMs;
    reading.bucket = bucketOf(reading.durationMs);
    const tables = this.#tables;
    this.total.add(reading);
    tables.client.of(caller.principal.clientId, endedMs).add(reading);
    if (service === undefined) return;
    this.exported.of(service, endedMs).add(reading);
    tables.service.of(service, endedMs).add(reading);
    if (routeName !== '') tables.route.of(routeName, endedMs).add(reading);
    if (provider !== undefined) tables.provider.of(provider, endedMs).add(reading);
  }

  /** Most requests first. */
  list(kind: MeterKind): readonly MeterSnapshot[] {
    return this.#tables[kind].snapshots();
  }

  of(kind: MeterKind, key: string): MeterSnapshot | undefined {
    return this.#tables[kind].get(key)?.snapshot(key);
  }

  /** Keys that are kept apart now, by kind. */
  sizes(): readonly (readonly [kind: MeterKind, size: number])[] {
    return METER_KINDS.map((kind) => [kind, this.#tables[kind].size] as const);
  }
}
