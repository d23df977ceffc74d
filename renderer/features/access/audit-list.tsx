import { useState } from 'react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { AuditRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { bridge, hubQueries } from '../../state/console.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { errorText, formatClock, formatDateTime } from '../../ui/format.ts';
import { Pane, PaneSection } from '../../ui/pane.tsx';
import { Split } from '../../ui/split.tsx';
import { toast } from '../../ui/toasts.ts';
import { auditMatches, mergedRecords } from './access-fields.ts';

const REFRESH_MS = 3_000;
const PAGE_ROWS = 500;

const COLUMNS: readonly TableColumn<AuditRow>[] = [
  {
    id: 'time',
    header: 'Time',
    width: 148,
    cell: (row) => formatDateTime(row.atMs),
    sortBy: (row) => row.id,
  },
  { id: 'actor', header: 'Who', width: 120, cell: (row) => row.actor, sortBy: (row) => row.actor },
  { id: 'via', header: 'Via', width: 72, cell: (row) => row.via, sortBy: (row) => row.via },
  {
    id: 'address',
    header: 'Address',
    width: 120,
    mono: true,
    cell: (row) => row.address ?? '–',
    sortBy: (row) => row.address ?? '',
  },
  { id: 'action', header: 'Did', width: 184, cell: (row) => row.action, sortBy: (row) => row.action },
  { id: 'target', header: 'To', width: 160, cell: (row) => row.target || '–', sortBy: (row) => row.target },
  {
    id: 'detail',
    header: 'Detail',
    width: 220,
    grow: true,
    cell: (row) => <span title={row.detail}>{row.detail || '–'}</span>,
    sortBy: (row) => row.detail,
  },
];

function AuditDetail({ row, onClose }: { readonly row: AuditRow; readonly onClose: () => void }) {
  return (
    <Pane title={`#${String(row.id)} · ${row.action}`} onClose={onClose}>
      <PaneSection>
        <Facts
          facts={[
            ['Time', `${formatDateTime(row.atMs)} (${formatClock(row.atMs)})`],
            ['Who', row.actor],
            ['Via', row.via],
            ['Address', row.address ?? 'this machine'],
            ['Did', row.action],
            ['To', row.target || '–'],
            ['Detail', row.detail || '–'],
          ]}
        />
      </PaneSection>
    </Pane>
  );
}

/** The newest records, which stand still while one of them is looked at, and older ones on demand. */
function useAudit(still: boolean) {
  const options = hubQueries.audit.list.queryOptions({
    input: { limit: PAGE_ROWS, before: null },
    refetchInterval: still ? false : REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const { data: newest, error, refetch } = useQuery(options);
  const [older, setOlder] = useState<readonly AuditRow[]>([]);
  const rows = newest === undefined ? undefined : mergedRecords(newest, older);
  const more = useMutation({
    mutationFn: (before: number) => bridge.hub.audit.list({ limit: PAGE_ROWS, before }),
    onSuccess: (page) => setOlder((known) => [...known, ...page]),
    onError: (failure) => toast({ title: 'Cannot read older records', description: errorText(failure), tone: 'error' }),
  });
  const last = rows?.at(-1);
  return {
    rows,
    error,
    refresh: () => void refetch(),
    loading: more.isPending,
    // Ids grow by one with each record: those below the first are none, or forgotten.
    hasOlder: more.data === undefined ? (newest?.length ?? 0) === PAGE_ROWS : more.data.length === PAGE_ROWS,
    loadOlder: () => {
      if (last !== undefined) more.mutate(last.id);
    },
  };
}

/** Who changed what, newest first. */
export function AuditList({ filter }: { readonly filter: string }) {
  const [selected, setSelected] = useState<string | null>(null);
  const { rows, error, refresh, hasOlder, loading, loadOlder } = useAudit(selected !== null);
  if (rows === undefined)
    return error === null ? null : <EmptyState title="Cannot read the audit">{errorText(error)}</EmptyState>;
  if (rows.length === 0) {
    return (
      <EmptyState title="Nothing was changed yet">
        Changes to clients, keys, services, connections and blocks stand here with who made them.
      </EmptyState>
    );
  }
  const shown = rows.filter((row) => auditMatches(row, filter));
  const detail = rows.find((row) => String(row.id) === selected);
  const list =
    shown.length === 0 ? (
      <EmptyState
        title={`0 of ${String(rows.length)} records match`}
        actions={
          hasOlder ? (
            <Button disabled={loading} onClick={loadOlder}>
              Load older records
            </Button>
          ) : undefined
        }
      />
    ) : (
      <DataTable
        label="Audit"
        columns={COLUMNS}
        rows={shown}
        rowId={(row) => String(row.id)}
        selectedId={selected}
        onSelect={(id) => {
          setSelected(id);
          if (id === null) refresh();
        }}
      />
    );
  return (
    <Split
      id="audit"
      listLabel="List of changes"
      detailLabel="Change detail"
      detailSize={32}
      list={list}
      {...(detail === undefined ? {} : { detail: <AuditDetail row={detail} onClose={() => setSelected(null)} /> })}
    />
  );
}
