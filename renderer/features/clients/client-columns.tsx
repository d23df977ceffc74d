import type { ClientRow } from '../../../hub-core/console/contract/hub-contract.ts';
import type { TableColumn } from '../../ui/data-table.tsx';
import { formatAge, formatCount, formatDateTime } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';

export const grantsText = (grants: readonly string[]): string => (grants.length === 0 ? 'nothing' : grants.join(', '));

export const liveKeys = (row: ClientRow) => row.credentials.filter((credential) => credential.revokedAtMs === null);

export const CLIENT_COLUMNS: readonly TableColumn<ClientRow>[] = [
  {
    id: 'state',
    header: 'State',
    width: 96,
    cell: (row) =>
      row.revokedAtMs !== null ? (
        <Status tone="error" word="revoked" />
      ) : row.connections > 0 ? (
        <Status tone="ok" word="online" />
      ) : (
        <Status tone="muted" word="offline" />
      ),
    sortBy: (row) => (row.revokedAtMs !== null ? 2 : row.connections > 0 ? 0 : 1),
  },
  { id: 'client', header: 'Client', width: 160, grow: true, cell: (row) => row.client, sortBy: (row) => row.client },
  { id: 'role', header: 'Rights', width: 80, cell: (row) => row.role, sortBy: (row) => row.role },
  {
    id: 'mayCall',
    header: 'May call',
    width: 160,
    mono: true,
    cell: (row) => grantsText(row.mayCall),
    sortBy: (row) => grantsText(row.mayCall),
  },
  {
    id: 'mayProvide',
    header: 'May provide',
    width: 160,
    mono: true,
    cell: (row) => grantsText(row.mayProvide),
    sortBy: (row) => grantsText(row.mayProvide),
  },
  {
    id: 'connections',
    header: 'Connections',
    width: 104,
    align: 'end',
    cell: (row) => formatCount(row.connections),
    sortBy: (row) => row.connections,
  },
  {
    id: 'keys',
    header: 'Keys',
    width: 56,
    align: 'end',
    cell: (row) => liveKeys(row).length,
    sortBy: (row) => liveKeys(row).length,
  },
  {
    id: 'lastUsed',
    header: 'Last used',
    width: 104,
    align: 'end',
    cell: (row) => (row.lastUsedAtMs === null ? 'never' : `${formatAge(Date.now() - row.lastUsedAtMs)} ago`),
    sortBy: (row) => -(row.lastUsedAtMs ?? 0),
  },
  {
    id: 'created',
    header: 'Created',
    width: 148,
    cell: (row) => formatDateTime(row.createdAtMs),
    sortBy: (row) => row.createdAtMs,
  },
];
