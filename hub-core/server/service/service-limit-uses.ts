import type { LimitUse } from '../../common/module/module.ts';
import { nearestLimit, type Use } from '../../common/module/nearest-limit.ts';
import type { CallerTable } from './caller-table.ts';
import type { RelayedExchange } from './relayed-exchange.ts';
import type { ServiceDirectory } from './service-directory.ts';
import type { ServiceLimits } from './service-limits.ts';

export interface LimitedParts {
  readonly directory: ServiceDirectory;
  readonly callers: CallerTable;
  readonly limits: ServiceLimits;
}

/** The direction of its streams whose sender may send most now. */
function credit({ stream }: RelayedExchange): number {
  if (stream === undefined) return 0;
  const { request, response } = stream;
  const asked = request === undefined || request.ended ? 0 : request.outstanding;
  return Math.max(asked, stream.opened === undefined ? 0 : response.outstanding);
}

/** What the service layer's limits are and how near it is to them. Looks at all that is in flight: for people, not for requests. */
export function serviceLimitUses({ directory, callers, limits }: LimitedParts): readonly LimitUse[] {
  const { maxInFlightPerConnection, maxInFlightPerChannel, queueMessages, queueBytes, maxServices } = limits;
  const services = [...directory.registered()];
  const inFlight = Array.from(callers.counts(), ([at, used]): Use => ({ used, limit: maxInFlightPerConnection, at }));
  const channels = services.flatMap(({ channels: all }) =>
    all.map(({ id, inFlight: used, maxInFlight }): Use => ({ used, limit: maxInFlight, at: id })),
  );
  const waiting = services.map(({ id, queue }): Use => ({ used: queue.size, limit: queueMessages, at: id }));
  const waitingBytes = services.map(({ id, queue }): Use => ({ used: queue.bytes, limit: queueBytes, at: id }));
  const window = limits.maxStreamWindowBytes;
  const streams = callers.all().map((exchange): Use => ({
    used: credit(exchange),
    limit: window,
    at: `${exchange.caller.connectionId} ${String(exchange.requestId)}`,
  }));
  return [
    { name: 'services', help: 'Registered services', unit: 'services', used: services.length, limit: maxServices },
    nearestLimit(
      { name: 'connection_in_flight', help: "One connection's requests in flight", unit: 'requests' },
      inFlight,
      maxInFlightPerConnection,
    ),
    nearestLimit(
      { name: 'channel_in_flight', help: 'Requests in flight at one provider channel', unit: 'requests' },
      channels,
      maxInFlightPerChannel,
    ),
    nearestLimit(
      { name: 'queue_messages', help: 'Requests to one service that wait for a channel', unit: 'requests' },
      waiting,
      queueMessages,
    ),
    nearestLimit(
      { name: 'queue_bytes', help: 'What waits for the channels of one service', unit: 'bytes' },
      waitingBytes,
      queueBytes,
    ),
    nearestLimit(
      { name: 'stream_credit', help: 'What one direction of a stream may still send', unit: 'bytes' },
      streams,
      window,
    ),
  ];
}
