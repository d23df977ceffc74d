import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { LimitRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { Status } from '../../ui/status.tsx';
import { limitShare, limitState, nearestFirst, usageText } from './limits.ts';
import styles from './overview.module.css';

const REFRESH_MS = 2_000;

function StateCell({ row }: { readonly row: LimitRow }) {
  const { tone, word } = limitState(row);
  return <Status tone={tone} word={word} />;
}

const COLUMNS: readonly TableColumn<LimitRow>[] = [
  {
    id: 'state',
    header: 'Used',
    width: 92,
    cell: (row) => <StateCell row={row} />,
    sortBy: (row) => limitShare(row) ?? -1,
  },
  {
    id: 'help',
    header: 'Limit',
    width: 260,
    grow: true,
    cell: (row) => <span title={row.name}>{row.help}</span>,
    sortBy: (row) => row.help,
  },
  { id: 'usage', header: 'Now', width: 168, align: 'end', cell: usageText, sortBy: (row) => row.used },
  { id: 'at', header: 'Of', width: 112, cell: (row) => row.at ?? '–', sortBy: (row) => row.at ?? '' },
];

/** How near the hub is to each of its limits, the nearest first. */
export function LimitTable() {
  const { data } = useQuery(hubQueries.hub.limits.queryOptions({ refetchInterval: REFRESH_MS }));
  const rows = useMemo(() => nearestFirst(data ?? []), [data]);
  return (
    <section className={styles['card']} aria-label="Limits">
      <h2>Limits and their present use</h2>
      <div className={styles['cardBody']}>
        <DataTable label="Limits" columns={COLUMNS} rows={rows} rowId={(row) => row.name} />
      </div>
    </section>
  );
}
