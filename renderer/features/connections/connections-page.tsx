import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { plural } from '../../ui/format.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { CloseConnectionDialog } from './close-connection-dialog.tsx';
import { CONNECTION_COLUMNS } from './connection-columns.tsx';
import { ConnectionDetail } from './connection-detail.tsx';

const REFRESH_MS = 1_000;

function matches(row: ConnectionRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const fields = [
    row.id,
    row.client ?? 'anonymous',
    row.agent,
    row.remoteAddress,
    row.state,
    row.part,
    row.transport,
    row.subprotocol,
    ...row.services,
  ];
  return wanted === '' || fields.some((field) => field.toLowerCase().includes(wanted));
}

function NoConnections() {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  return (
    <EmptyState
      title="Nothing is connected"
      actions={
        <>
          {info === undefined ? null : <CopyButton labelled small={false} text={info.url} what="address" />}
          <Button variant="primary" onClick={() => goTo('clients')}>
            Register a client
          </Button>
          <Button onClick={() => goTo('overview')}>Ways to connect</Button>
        </>
      }
    >
      Programs connect to <code>{info?.url}</code> with the key of a client.
    </EmptyState>
  );
}

/** Who is connected, and what each one does. */
export function ConnectionsPage() {
  const { data: rows } = useQuery(hubQueries.connections.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const [selected, setSelected] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const [closing, setClosing] = useState<ConnectionRow>();
  const shown = (rows ?? []).filter((row) => matches(row, filter));
  const detail = rows?.find((row) => row.id === selected);

  return (
    <PageFrame
      title="Connections"
      tools={
        <>
          <FilterInput label="Filter connections" value={filter} onChange={setFilter} />
          <Spacer />
          <span>{rows === undefined ? '' : `${shown.length} of ${plural(rows.length, 'connection')}`}</span>
        </>
      }
    >
      {rows === undefined ? null : rows.length === 0 ? (
        <NoConnections />
      ) : (
        <Split
          id="connections"
          listLabel="List of connections"
          detailLabel="Connection detail"
          detailSize={32}
          list={
            <DataTable
              label="Connections"
              columns={CONNECTION_COLUMNS}
              rows={shown}
              rowId={(row) => row.id}
              selectedId={selected}
              onSelect={setSelected}
              dim={(row) => row.state === 'closed'}
            />
          }
          {...(detail === undefined
            ? {}
            : {
                detail: (
                  <ConnectionDetail
                    row={detail}
                    onClose={() => setSelected(null)}
                    onCloseConnection={() => setClosing(detail)}
                  />
                ),
              })}
        />
      )}
      {closing === undefined ? null : <CloseConnectionDialog row={closing} onClose={() => setClosing(undefined)} />}
    </PageFrame>
  );
}
