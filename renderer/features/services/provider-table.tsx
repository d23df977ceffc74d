import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { errorText, formatAge, formatCount, formatMs } from '../../ui/format.ts';
import { PaneActions } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { toast } from '../../ui/toasts.ts';
import { PROVIDER_TONES } from './health.ts';
import styles from './service-detail.module.css';

const errorShare = (row: ProviderRow): number => (row.calls === 0 ? 0 : (100 * row.errors) / row.calls);

const COLUMNS: readonly TableColumn<ProviderRow>[] = [
  {
    id: 'state',
    header: 'State',
    width: 100,
    cell: (row) => <Status tone={PROVIDER_TONES[row.state]} word={row.state} />,
    sortBy: (row) => row.state,
  },
  { id: 'client', header: 'Client', width: 108, grow: true, cell: (row) => row.client, sortBy: (row) => row.client },
  { id: 'connection', header: 'Conn', width: 56, cell: (row) => row.connection, sortBy: (row) => row.connection },
  {
    id: 'load',
    header: 'In flight',
    width: 124,
    cell: (row) => (
      <>
        <span className={styles['bar']} aria-hidden>
          <span
            className={styles['fill']}
            style={{ width: `${Math.min(100, (100 * row.inFlight) / Math.max(1, row.maxInFlight))}%` }}
          />
        </span>
        {row.inFlight} / {row.maxInFlight}
      </>
    ),
    sortBy: (row) => row.inFlight,
  },
  {
    id: 'calls',
    header: 'Calls',
    width: 72,
    align: 'end',
    cell: (row) => formatCount(row.calls),
    sortBy: (row) => row.calls,
  },
  {
    id: 'p50',
    header: 'p50',
    width: 72,
    align: 'end',
    cell: (row) => formatMs(row.latencyP50Ms),
    sortBy: (row) => row.latencyP50Ms ?? -1,
  },
  {
    id: 'p95',
    header: 'p95',
    width: 72,
    align: 'end',
    cell: (row) => formatMs(row.latencyP95Ms),
    sortBy: (row) => row.latencyP95Ms ?? -1,
  },
  {
    id: 'errors',
    header: 'Errors',
    width: 64,
    align: 'end',
    cell: (row) => `${errorShare(row).toFixed(1)} %`,
    sortBy: errorShare,
  },
];

const ROW_HEIGHT = 24;
/** Head, borders, and a scroll bar below. */
const TABLE_FRAME = 40;

interface ProviderTableProps {
  readonly service: ServiceRow;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

function ProviderFacts({ service, provider }: { readonly service: string; readonly provider: ProviderRow }) {
  const queries = useQueryClient();
  const drain = useMutation(
    hubQueries.services.drain.mutationOptions({
      onSuccess: ({ draining }) => {
        toast({ title: draining ? `${provider.id} gets nothing new` : `${provider.id} was gone already` });
        return queries.invalidateQueries({ queryKey: hubQueries.services.key() });
      },
      onError: (error) => toast({ title: `Cannot drain ${provider.id}`, description: errorText(error), tone: 'error' }),
    }),
  );
  return (
    <>
      <Facts
        facts={[
          ['Channel', provider.id],
          ['Address', provider.remoteAddress],
          ['Weight', String(provider.weight)],
          ['Provides since', formatAge(Date.now() - provider.sinceMs)],
          ['Last failure', provider.lastFailure ?? 'none'],
        ]}
      />
      <PaneActions>
        <Button
          small
          disabled={provider.state === 'draining' || drain.isPending}
          onClick={() => drain.mutate({ service, provider: provider.id })}
        >
          Drain {provider.id}
        </Button>
      </PaneActions>
    </>
  );
}

/** The pool: who provides the service, and how busy each one is. */
export function ProviderTable({ service, selected, onSelect }: ProviderTableProps) {
  if (service.providers.length === 0) return <p>None at the moment.</p>;
  const provider = service.providers.find((candidate) => candidate.id === selected);
  return (
    <>
      <div className={styles['table']} style={{ height: TABLE_FRAME + ROW_HEIGHT * service.providers.length }}>
        <DataTable
          label={`Providers of ${service.id}`}
          columns={COLUMNS}
          rows={service.providers}
          rowId={(row) => row.id}
          selectedId={selected}
          onSelect={onSelect}
        />
      </div>
      {provider === undefined ? null : <ProviderFacts service={service.id} provider={provider} />}
    </>
  );
}
