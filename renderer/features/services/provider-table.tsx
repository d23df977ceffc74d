import { useRef, useState } from 'react';
import type { ProviderRow, ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { usePing } from '../../state/round-trips.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { formatCount, formatMs, formatPercent } from '../../ui/format.ts';
import type { ActKeyId } from '../../ui/keys.ts';
import { Status } from '../../ui/status.tsx';
import { PROVIDER_TONES } from './health.ts';
import { ProviderPanel } from './provider-panel.tsx';
import { useProviderActions } from './use-provider-actions.ts';
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
        {row.inFlight} / {row.maxInFlight === 0 ? 'any' : row.maxInFlight}
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
    cell: (row) => formatPercent(errorShare(row)),
    sortBy: errorShare,
  },
  {
    id: 'warnings',
    header: 'Warnings',
    width: 92,
    align: 'end',
    cell: (row) =>
      row.warnings === 0 ? (
        '0'
      ) : (
        <Status tone="warn" word={formatCount(row.warnings)} title="Answers that broke their schema" />
      ),
    sortBy: (row) => row.warnings,
  },
  {
    id: 'weight',
    header: 'Weight',
    width: 68,
    align: 'end',
    cell: (row) => formatCount(row.weight),
    sortBy: (row) => row.weight,
  },
  {
    id: 'failure',
    header: 'Last failure',
    width: 180,
    cell: (row) => <span title={row.lastFailure ?? undefined}>{row.lastFailure ?? '–'}</span>,
    sortBy: (row) => row.lastFailure ?? '',
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

const DEFAULT_EJECT_MS = 600_000;

/** The pool: who provides the service, how busy each one is, and what can be done about it. */
export function ProviderTable({ service, selected, onSelect }: ProviderTableProps) {
  const actions = useProviderActions(service.id);
  const ping = usePing();
  const [ejectMs, setEjectMs] = useState(DEFAULT_EJECT_MS);
  const weight = useRef<HTMLInputElement>(null);
  if (service.providers.length === 0) return <p>None at the moment.</p>;
  const provider = service.providers.find((candidate) => candidate.id === selected);

  const act = (key: ActKeyId, row: ProviderRow): void => {
    switch (key) {
      case 'act-drain':
        actions.drain(row);
        break;
      case 'act-undrain':
        actions.undrain(row);
        break;
      case 'act-eject':
        actions.eject(row, ejectMs);
        break;
      case 'act-weigh':
        weight.current?.select();
        break;
      case 'act-ping':
        ping.mutate({ connection: row.connection });
        break;
      case 'act-remove':
        break;
    }
  };

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
          onAct={act}
        />
      </div>
      {provider === undefined ? (
        <p className={styles['hint']}>Select a provider to drain, eject, weigh or ping it.</p>
      ) : (
        <ProviderPanel
          key={provider.id}
          provider={provider}
          actions={actions}
          ejectMs={ejectMs}
          onEjectMs={setEjectMs}
          weightRef={weight}
        />
      )}
    </>
  );
}
