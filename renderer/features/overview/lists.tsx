import { useQuery } from '@tanstack/react-query';
import { Info, OctagonX, TriangleAlert } from 'lucide-react';
import { hubQueries } from '../../state/console.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { formatClock, formatCount, formatDateTime, formatMs, formatPercent } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { serviceLoads } from './trouble.ts';
import type { ServiceLoad } from './trouble.ts';
import styles from './overview.module.css';

const REFRESH_MS = 2_000;
const EVENTS = 50;

const COLUMNS: readonly TableColumn<ServiceLoad>[] = [
  { id: 'service', header: 'Service', width: 140, grow: true, cell: (row) => row.id, sortBy: (row) => row.id },
  {
    id: 'state',
    header: 'Pool',
    width: 140,
    cell: (row) =>
      row.trouble === undefined ? <Status tone="ok" word="ready" /> : <Status tone="warn" word={row.trouble} />,
    sortBy: (row) => row.trouble ?? '',
  },
  {
    id: 'calls',
    header: 'Calls',
    width: 88,
    align: 'end',
    cell: (row) => formatCount(row.calls),
    sortBy: (row) => row.calls,
  },
  {
    id: 'p95',
    header: 'p95',
    width: 80,
    align: 'end',
    cell: (row) => formatMs(row.p95Ms),
    sortBy: (row) => row.p95Ms ?? -1,
  },
  {
    id: 'errors',
    header: 'Errors',
    width: 72,
    align: 'end',
    cell: (row) => formatPercent(row.errorShare * 100),
    sortBy: (row) => row.errorShare,
  },
  {
    id: 'queue',
    header: 'Queue',
    width: 64,
    align: 'end',
    cell: (row) => formatCount(row.queued),
    sortBy: (row) => row.queued,
  },
];

function ServiceList() {
  const { data } = useQuery(hubQueries.services.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const loads = serviceLoads(data ?? []);
  if (loads.length === 0) return <p className={styles['nothing']}>No service has registered.</p>;
  return <DataTable label="Services by trouble and latency" columns={COLUMNS} rows={loads} rowId={(row) => row.id} />;
}

const LEVEL_ICONS = { info: Info, warn: TriangleAlert, error: OctagonX } as const;

function EventList() {
  const options = hubQueries.hub.events.queryOptions({ input: { limit: EVENTS }, refetchInterval: REFRESH_MS });
  const { data: events = [] } = useQuery(options);
  if (events.length === 0) return <p className={styles['nothing']}>Nothing happened yet.</p>;
  return (
    <ul className={styles['events']} tabIndex={0} aria-label="Recent events">
      {events.map((event, index) => {
        const Icon = LEVEL_ICONS[event.level];
        return (
          <li key={`${event.atMs}-${events.length - index}`} className={styles['event']}>
            <time title={formatDateTime(event.atMs)}>{formatClock(event.atMs).slice(0, 8)}</time>
            <Icon size={14} className={styles[event.level]} aria-label={event.level} />
            <span>{event.text}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function Lists() {
  return (
    <div className={styles['lists']}>
      <section className={styles['card']} aria-label="Slowest services">
        <h2>Slowest services and pools in trouble</h2>
        <div className={styles['cardBody']}>
          <ServiceList />
        </div>
      </section>
      <section className={styles['card']} aria-label="Events">
        <h2>Recent events</h2>
        <div className={styles['cardBody']}>
          <EventList />
        </div>
      </section>
    </div>
  );
}
