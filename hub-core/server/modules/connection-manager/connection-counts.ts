import type { MetricSample } from '../../../common/module/module.ts';
import type { Connection } from '../../access/connection.ts';

const DIRECTIONS = ['in', 'out'] as const;
const FIGURES = [
  { of: 'messages', name: 'messages_total', help: 'Messages that came (in) and were written (out)' },
  { of: 'bytes', name: 'bytes_total', help: 'Bytes of messages that came (in) and were written (out)' },
] as const;

type Figure = (typeof FIGURES)[number]['of'];

/** What passed over the connections of one transport. */
interface Traffic {
  readonly messages: { in: number; out: number };
  readonly bytes: { in: number; out: number };
}

const none = (): Traffic => ({ messages: { in: 0, out: 0 }, bytes: { in: 0, out: 0 } });

function add(traffic: Traffic, { messagesIn, messagesOut, bytesIn, bytesOut }: Connection): void {
  traffic.messages.in += messagesIn;
  traffic.messages.out += messagesOut;
  traffic.bytes.in += bytesIn;
  traffic.bytes.out += bytesOut;
}

function countIn<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * Counts connections and what passes over them. Each connection counts for itself while it lives, so that a message costs
 * nothing here. Labels are transports, roles and statuses, of which there are few.
 */
export class ConnectionCounts {
  readonly #opened = new Map<string, number>();
  readonly #refused = new Map<number, number>();
  readonly #ended = new Map<number, number>();
  readonly #closedTraffic = new Map<string, Traffic>();

  opened({ transportKind }: Connection): void {
    countIn(this.#opened, transportKind);
  }

  /** @param wasOpen it had its Welcome */
  closed(connection: Connection, wasOpen: boolean): void {
    const { transportKind, closeStatus } = connection;
    let traffic = this.#closedTraffic.get(transportKind);
    if (traffic === undefined) this.#closedTraffic.set(transportKind, (traffic = none()));
    add(traffic, connection);
    if (wasOpen) countIn(this.#ended, closeStatus);
    else if (closeStatus !== 0) countIn(this.#refused, closeStatus);
  }

  metrics(live: Iterable<Connection>): readonly MetricSample[] {
    const open = new Map<string, Map<string, number>>();
    const traffic = new Map([...this.#closedTraffic].map(([transport, sums]) => [transport, structuredClone(sums)]));
    let handshaking = 0;
    for (const connection of live) {
      const { transportKind, state, principal } = connection;
      let sums = traffic.get(transportKind);
      if (sums === undefined) traffic.set(transportKind, (sums = none()));
      add(sums, connection);
      let roles = open.get(transportKind);
      if (roles === undefined) open.set(transportKind, (roles = new Map<string, number>()));
      if (state === 'handshaking') handshaking += 1;
      else countIn(roles, principal.role);
    }
    return [
      ...openSamples(open),
      { name: 'handshakes', help: 'Connections that have no Welcome yet', kind: 'gauge', value: handshaking },
      ...samples('opened_total', 'Connections that got their Welcome, by transport', ['transport', this.#opened]),
      ...samples('refused_total', 'Handshakes that the hub refused, by status', ['status', this.#refused]),
      ...samples('ended_total', 'Open connections that ended, by the status of the Goodbye; 0 = they left', [
        'status',
        this.#ended,
      ]),
      ...Array.from(traffic, ([transport, sums]) => trafficSamples(transport, sums)).flat(),
    ];
  }
}

function openSamples(open: ReadonlyMap<string, ReadonlyMap<string, number>>): MetricSample[] {
  const help = 'Connections that are open, by transport and role';
  return Array.from(open, ([transport, roles]) =>
    Array.from(roles, ([role, value]): MetricSample => ({
      name: 'connections',
      help,
      kind: 'gauge',
      value,
      labels: { transport, role },
    })),
  ).flat();
}

function samples<K>(
  name: string,
  help: string,
  [label, counts]: readonly [label: string, counts: ReadonlyMap<K, number>],
): MetricSample[] {
  return Array.from(counts, ([key, value]): MetricSample => ({
    name,
    help,
    kind: 'counter',
    value,
    labels: { [label]: String(key) },
  }));
}

function trafficSamples(
  transport: string,
  traffic: Readonly<Record<Figure, { in: number; out: number }>>,
): MetricSample[] {
  return FIGURES.flatMap(({ of, name, help }) =>
    DIRECTIONS.map((direction): MetricSample => ({
      name,
      help,
      kind: 'counter',
      value: traffic[of][direction],
      labels: { transport, direction },
    })),
  );
}
