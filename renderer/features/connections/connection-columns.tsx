import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import type { TableColumn } from '../../ui/data-table.tsx';
import { formatAge, formatBytes, formatCount } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import type { Tone } from '../../ui/status.tsx';

export const CONNECTION_TONES: Readonly<Record<ConnectionRow['state'], Tone>> = {
  handshaking: 'pending',
  open: 'ok',
  draining: 'warn',
  closed: 'muted',
};

/** The form of the messages is said only where it is not the usual one. */
const transportText = ({ transport, subprotocol }: ConnectionRow): string =>
  subprotocol === 'whub.v1.json' ? `${transport} JSON` : transport;

const since = (wallMs: number | null): string => (wallMs === null ? '–' : formatAge(Date.now() - wallMs));

export const CONNECTION_COLUMNS: readonly TableColumn<ConnectionRow>[] = [
  {
    id: 'state',
    header: 'State',
    width: 108,
    cell: (row) => <Status tone={CONNECTION_TONES[row.state]} word={row.state} title={row.closeReason ?? undefined} />,
    sortBy: (row) => row.state,
  },
  { id: 'id', header: 'Id', width: 56, cell: (row) => row.id, sortBy: (row) => Number(row.id.slice(1)) || 0 },
  {
    id: 'client',
    header: 'Client',
    width: 140,
    grow: true,
    cell: (row) => row.client ?? 'anonymous',
    sortBy: (row) => row.client ?? '',
  },
  { id: 'part', header: 'Role', width: 76, cell: (row) => row.part, sortBy: (row) => row.part },
  {
    id: 'address',
    header: 'Address',
    width: 140,
    mono: true,
    cell: (row) => row.remoteAddress,
    sortBy: (row) => row.remoteAddress,
  },
  {
    id: 'transport',
    header: 'Transport',
    width: 112,
    cell: (row) => <span title={row.subprotocol}>{transportText(row)}</span>,
    sortBy: transportText,
  },
  {
    id: 'age',
    header: 'Connected',
    width: 92,
    align: 'end',
    cell: (row) => formatAge((row.closedAtMs ?? Date.now()) - row.connectedAtMs),
    sortBy: (row) => -row.connectedAtMs,
  },
  {
    id: 'in',
    header: 'In',
    width: 72,
    align: 'end',
    cell: (row) => formatCount(row.messagesIn),
    sortBy: (row) => row.messagesIn,
  },
  {
    id: 'out',
    header: 'Out',
    width: 72,
    align: 'end',
    cell: (row) => formatCount(row.messagesOut),
    sortBy: (row) => row.messagesOut,
  },
  {
    id: 'inFlight',
    header: 'In flight',
    width: 72,
    align: 'end',
    cell: (row) => formatCount(row.inFlight),
    sortBy: (row) => row.inFlight,
  },
  {
    id: 'errors',
    header: 'Errors',
    width: 64,
    align: 'end',
    cell: (row) => formatCount(row.errors),
    sortBy: (row) => row.errors,
  },
  {
    id: 'buffered',
    header: 'Buffered',
    width: 80,
    align: 'end',
    cell: (row) => formatBytes(row.bufferedBytes),
    sortBy: (row) => row.bufferedBytes,
  },
  {
    id: 'last',
    header: 'Last message',
    width: 100,
    align: 'end',
    cell: (row) => since(row.lastMessageAtMs),
    sortBy: (row) => -(row.lastMessageAtMs ?? 0),
  },
];
