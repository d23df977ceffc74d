import type { LimitUse } from '../../../common/module/module.ts';
import { nearestLimit } from '../../../common/module/nearest-limit.ts';
import type { AccessLimits } from '../../access/access-limits.ts';
import type { Connection } from '../../access/connection.ts';

/** What connections may make the hub hold, beside what they do. */
export function connectionLimits(connections: readonly Connection[], limits: AccessLimits): readonly LimitUse[] {
  const { maxOutgoingBytes, maxHeldRequestBytes } = limits;
  const uses = (limit: number, used: (connection: Connection) => number): Parameters<typeof nearestLimit>[1] =>
    connections.map((connection) => ({ used: used(connection), limit, at: connection.connectionId }));
  return [
    {
      name: 'connections',
      help: 'Connections of the hub, those that have no Welcome yet included',
      unit: 'connections',
      used: connections.length,
      limit: 0,
    },
    nearestLimit(
      { name: 'connection_outgoing_bytes', help: 'What waits to be written to one connection', unit: 'bytes' },
      uses(maxOutgoingBytes, ({ bufferedBytes }) => bufferedBytes),
      maxOutgoingBytes,
    ),
    nearestLimit(
      { name: 'connection_held_bytes', help: "One connection's own requests in flight", unit: 'bytes' },
      uses(maxHeldRequestBytes, ({ heldRequestBytes }) => heldRequestBytes),
      maxHeldRequestBytes,
    ),
  ];
}
