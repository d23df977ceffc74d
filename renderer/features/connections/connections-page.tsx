import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { History, Unplug } from 'lucide-react';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { useOpenLines } from '../../state/open-lines.ts';
import { goTo } from '../../state/pages.ts';
import { usePing } from '../../state/round-trips.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { formatCount, plural } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import type { ActKeyId } from '../../ui/keys.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { withoutGone } from '../../ui/row-marks.ts';
import type { RowMarks } from '../../ui/row-marks.ts';
import { Split } from '../../ui/split.tsx';
import { CloseConnectionDialog } from './close-connection-dialog.tsx';
import { CONNECTION_COLUMNS } from './connection-columns.tsx';
import { ConnectionDetail } from './connection-detail.tsx';
import { closable, connectionMatches, refreshMs, withHistory } from './shown-rows.ts';

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

const HISTORY_LIMIT = 1_000;
const HISTORY_REFRESH_MS = 5_000;
const NO_MARKS: RowMarks = new Set();

/** Who is connected, and on demand who was; undefined until the first answer. */
function useConnections(history: boolean) {
  const { data: listed } = useQuery(
    hubQueries.connections.list.queryOptions({
      refetchInterval: ({ state }) => refreshMs(state.data?.length ?? 0),
    }),
  );
  const { data: past } = useQuery({
    ...hubQueries.connections.history.queryOptions({
      input: { limit: HISTORY_LIMIT },
      refetchInterval: HISTORY_REFRESH_MS,
    }),
    enabled: history,
  });
  return useMemo(
    () => (listed === undefined ? undefined : history && past !== undefined ? withHistory(listed, past) : listed),
    [listed, past, history],
  );
}

/** The rows that the filter lets through, and which of them are selected or chosen. */
function useChosen(rows: readonly ConnectionRow[] | undefined, filter: string) {
  const selected = useOpenLines(({ connection }) => connection);
  const setSelected = (connection: string | null): void => useOpenLines.setState({ connection });
  const [marked, setMarks] = useState(NO_MARKS);
  const shown = useMemo(() => (rows ?? []).filter((row) => connectionMatches(row, filter)), [rows, filter]);
  const marks = useMemo(
    () =>
      withoutGone(
        marked,
        shown.map((row) => row.id),
      ),
    [marked, shown],
  );
  const detail = rows?.find((row) => row.id === selected);
  return { shown, marks, setMarks, selected, setSelected, detail, closing: closable(shown, marks, detail) };
}

interface ToolsProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly history: boolean;
  readonly onHistory: (history: boolean) => void;
  readonly marks: RowMarks;
  readonly closing: readonly ConnectionRow[];
  readonly onClose: () => void;
  readonly count: string;
}

function Tools({ filter, onFilter, history, onHistory, marks, closing, onClose, count }: ToolsProps) {
  return (
    <>
      <FilterInput label="Filter connections" value={filter} onChange={onFilter} />
      <Button
        small
        variant="ghost"
        aria-pressed={history}
        icon={<History size={14} aria-hidden />}
        onClick={() => onHistory(!history)}
      >
        Show history
      </Button>
      {marks.size === 0 ? null : (
        <Button
          small
          variant="danger"
          icon={<Unplug size={14} aria-hidden />}
          title={keyHint('act-remove')}
          disabled={closing.length === 0}
          onClick={onClose}
        >
          Close {plural(closing.length, 'connection')}…
        </Button>
      )}
      <Spacer />
      <span>{count}</span>
    </>
  );
}

/** Who is connected, and what each one does. */
export function ConnectionsPage() {
  const history = useOpenLines((lines) => lines.history);
  const setHistory = (shown: boolean): void => useOpenLines.setState({ history: shown });
  const rows = useConnections(history);
  const [filter, setFilter] = useState('');
  const { shown, marks, setMarks, selected, setSelected, detail, closing } = useChosen(rows, filter);
  /** Those that are asked about, as they were then. */
  const [asked, setAsked] = useState<readonly ConnectionRow[]>([]);
  const ping = usePing();
  const act = (key: ActKeyId, row: ConnectionRow): void => {
    if (key === 'act-ping' && row.state !== 'closed') ping.mutate({ connection: row.id });
    if (key === 'act-remove') setAsked(closing);
  };

  return (
    <PageFrame
      title="Connections"
      tools={
        <Tools
          filter={filter}
          onFilter={setFilter}
          history={history}
          onHistory={setHistory}
          marks={marks}
          closing={closing}
          onClose={() => setAsked(closing)}
          count={rows === undefined ? '' : `${formatCount(shown.length)} of ${plural(rows.length, 'connection')}`}
        />
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
              rowId={rowId}
              selectedId={selected}
              onSelect={setSelected}
              marks={marks}
              onMark={setMarks}
              onAct={act}
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
                    onCloseConnection={() => setAsked([detail])}
                  />
                ),
              })}
        />
      )}
      {asked.length === 0 ? null : <CloseConnectionDialog rows={asked} onClose={() => setAsked([])} />}
    </PageFrame>
  );
}

const rowId = (row: ConnectionRow): string => row.id;
