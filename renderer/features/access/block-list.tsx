import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ShieldOff } from 'lucide-react';
import type { BlockRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { errorText, formatAge, formatDateTime } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Split } from '../../ui/split.tsx';
import { Status } from '../../ui/status.tsx';
import { blockId, blockMatches } from './access-fields.ts';
import type { BlockActions } from './use-block-actions.ts';

const REFRESH_MS = 2_000;

const leftText = ({ expiresAtMs }: BlockRow): string =>
  expiresAtMs === null ? 'until taken off' : formatAge(expiresAtMs - Date.now());

const COLUMNS: readonly TableColumn<BlockRow>[] = [
  {
    id: 'kind',
    header: 'Blocked',
    width: 104,
    cell: (row) => <Status tone="error" word={row.kind} />,
    sortBy: (row) => row.kind,
  },
  { id: 'target', header: 'Who', width: 180, mono: true, cell: (row) => row.target, sortBy: (row) => row.target },
  {
    id: 'left',
    header: 'Time left',
    width: 112,
    align: 'end',
    cell: leftText,
    sortBy: (row) => row.expiresAtMs ?? Number.MAX_SAFE_INTEGER,
  },
  {
    id: 'source',
    header: 'By',
    width: 88,
    cell: (row) => (row.source === 'auto' ? 'the hub' : 'a person'),
    sortBy: (row) => row.source,
  },
  {
    id: 'reason',
    header: 'Reason',
    width: 200,
    grow: true,
    cell: (row) => row.reason || '–',
    sortBy: (row) => row.reason,
  },
  {
    id: 'since',
    header: 'Since',
    width: 148,
    cell: (row) => formatDateTime(row.createdAtMs),
    sortBy: (row) => row.createdAtMs,
  },
];

interface BlockDetailProps {
  readonly row: BlockRow;
  readonly actions: BlockActions;
  readonly onClose: () => void;
}

function BlockDetail({ row, actions, onClose }: BlockDetailProps) {
  return (
    <Pane title={row.target} onClose={onClose}>
      <PaneSection>
        <Facts
          facts={[
            ['Blocked', row.kind],
            ['By', row.source === 'auto' ? 'the hub, by itself' : 'a person'],
            ['Reason', row.reason || '–'],
            ['Since', formatDateTime(row.createdAtMs)],
            ['Until', row.expiresAtMs === null ? 'it is taken off' : formatDateTime(row.expiresAtMs)],
          ]}
        />
        <PaneActions>
          <Button
            icon={<ShieldOff size={14} aria-hidden />}
            title={keyHint('act-remove')}
            onClick={() => actions.remove(row)}
          >
            Take block off
          </Button>
        </PaneActions>
      </PaneSection>
    </Pane>
  );
}

interface BlockListProps {
  readonly filter: string;
  readonly actions: BlockActions;
  readonly onBlock: () => void;
}

/** Who may not come in. */
export function BlockList({ filter, actions, onBlock }: BlockListProps) {
  const { data: rows, error } = useQuery(hubQueries.blocks.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const [selected, setSelected] = useState<string | null>(null);
  if (rows === undefined)
    return error === null ? null : <EmptyState title="Cannot read the block list">{errorText(error)}</EmptyState>;
  const shown = rows.filter((row) => blockMatches(row, filter));
  const detail = rows.find((row) => blockId(row) === selected);
  if (rows.length === 0) {
    return (
      <EmptyState
        title="Nobody is blocked"
        actions={
          <Button variant="primary" onClick={onBlock}>
            Block…
          </Button>
        }
      >
        Addresses that repeat bad keys or broken frames are blocked by the hub for a while, never loopback.
      </EmptyState>
    );
  }
  return (
    <Split
      id="blocks"
      listLabel="List of blocks"
      detailLabel="Block detail"
      detailSize={32}
      list={
        <DataTable
          label="Blocks"
          columns={COLUMNS}
          rows={shown}
          rowId={blockId}
          selectedId={selected}
          onSelect={setSelected}
          onAct={(key, row) => {
            if (key === 'act-remove') actions.remove(row);
          }}
        />
      }
      {...(detail === undefined
        ? {}
        : { detail: <BlockDetail row={detail} actions={actions} onClose={() => setSelected(null)} /> })}
    />
  );
}
