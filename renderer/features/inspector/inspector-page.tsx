import { useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { useFeeds } from '../../state/feeds.ts';
import { showFrames } from '../../state/frames.ts';
import { chooseRows, refreshSort, selectRow, toggleRow, useInspector } from '../../state/inspector.ts';
import { usePreferences } from '../../state/preferences.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import type { ListKeyId, RowKeyId } from '../../ui/keys.ts';
import { PageFrame } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { Announcer } from './announcer.tsx';
import { CustomColumnsDialog } from './custom-columns-dialog.tsx';
import { ExchangeDetail } from './detail/exchange-detail.tsx';
import { ResendDialog } from './detail/resend-dialog.tsx';
import { useResend } from './detail/use-resend.ts';
import { ExchangeGrid } from './exchange-grid.tsx';
import type { Reach } from './exchange-grid.tsx';
import type { ExchangeList, ListState } from './exchange-list.ts';
import { FilterBar } from './filter/filter-bar.tsx';
import { HighlightDialog } from './highlight-dialog.tsx';
import { InspectorEmpty } from './inspector-empty.tsx';
import { InspectorTools } from './inspector-tools.tsx';
import { NoteDialog } from './note-dialog.tsx';
import { OverviewStrip } from './overview-strip.tsx';
import { QuickPeek } from './quick-peek.tsx';
import { actOnRows, chooseRange } from './row-actions.ts';
import { RowMenuArea } from './row-menu.tsx';
import { dragRowsOut, isOwnDrag } from './transfer/drag-out.ts';
import { ExportDialog } from './transfer/export-dialog.tsx';
import { importFiles } from './transfer/import-files.ts';
import { useExchangeList } from './use-exchange-list.ts';
import { useRevealPlace } from './use-reveal-place.ts';
import styles from './inspector.module.css';

const closeDetail = (): void => useInspector.setState({ detailOpen: false });
const stopFollowing = (): void => useInspector.setState({ follow: false });
const revealed = (): void => useInspector.setState({ revealSeq: null });

/** Closes the glance first, then the detail, then lets go of what is selected, then of the filter. */
function letGo(): void {
  const { detailOpen, peeking, selectedSeq, chosen } = useInspector.getState();
  if (peeking) useInspector.setState({ peeking: false });
  else if (chosen.size > 0 && selectedSeq !== null) chooseRows([], selectedSeq);
  else if (detailOpen) closeDetail();
  else if (selectedSeq === null) useInspector.setState({ filter: '' });
  else useInspector.setState({ selectedSeq: null });
}

interface RowsProps {
  readonly list: ExchangeList;
  readonly state: ListState;
}

/** Rows that came since the list stopped following its end, or since its filter was another one. */
function useNewRows(count: number, { seeing, queryId }: { seeing: boolean; queryId: string | undefined }): number {
  const [seen, setSeen] = useState({ count, queryId });
  const isOver = seeing || queryId !== seen.queryId || seen.count > count;
  if (isOver && (seen.count !== count || seen.queryId !== queryId)) setSeen({ count, queryId });
  return isOver ? 0 : count - seen.count;
}

/** What the list's keys do, other than moving. */
function useRowKeys(list: ExchangeList): (key: ListKeyId | RowKeyId, row: ExchangeRow | undefined) => void {
  const { resend, edit } = useResend();
  return (key, row) => {
    if (key.startsWith('row-')) actOnRows(key as RowKeyId, { list, row });
    else if (key === 'list-follow') useInspector.setState(({ follow }) => ({ follow: !follow, sort: null }));
    else if (key === 'list-clear') letGo();
    else if (row === undefined) return;
    else if (key === 'list-space') useInspector.setState(({ peeking }) => ({ peeking: !peeking }));
    else if (key === 'list-pair') showFrames(`id:${row.seq}`);
    else if (key === 'list-edit') edit.mutate(row.seq);
    else if (key === 'list-resend') resend.mutate(row.seq);
    else if (key === 'list-open') {
      useInspector.setState({ detailOpen: true, enteringDetail: true, peeking: false });
      if (usePreferences.getState().detailPlace === 'hidden') usePreferences.setState({ detailPlace: 'right' });
    }
  };
}

/** What reaching a row chooses: it alone, it beside others, or all from where the selection began. */
function useReach(list: ExchangeList): (row: ExchangeRow, index: number, reach: Reach) => void {
  const anchor = useRef(-1);
  return (row, index, { extend, toggle }) => {
    if (extend) {
      if (anchor.current < 0) anchor.current = index;
      // At once for the eye; the rows between come from the store.
      useInspector.setState({ selectedSeq: row.seq, follow: false });
      void chooseRange(list, { from: anchor.current, to: index }, row.seq);
      return;
    }
    anchor.current = index;
    if (toggle) toggleRow(row.seq);
    // A glance goes along, and nothing else opens for it.
    else selectRow(row.seq, useInspector.getState().peeking ? {} : { open: true });
  };
}

/** What is not in the list yet: new rows below, or rows that came since it was sorted. */
function Unseen({ list, state }: RowsProps) {
  const sorted = useInspector((inspector) => inspector.sort !== null);
  const follow = useInspector((inspector) => inspector.follow);
  // What a search finds is not new.
  const seeing = follow || sorted || !state.complete;
  const newRows = useNewRows(state.count ?? 0, { seeing, queryId: list.queryId });
  if (sorted) {
    return (
      <Button small className={styles['newRows'] ?? ''} title={keyHint('refresh-sort')} onClick={refreshSort}>
        Sorted snapshot, {formatCount(state.fresh)} new: refresh <kbd>{keyHint('refresh-sort')}</kbd>
      </Button>
    );
  }
  if (newRows === 0) return null;
  return (
    <Button
      small
      variant="primary"
      className={styles['newRows'] ?? ''}
      onClick={() => useInspector.setState({ follow: true })}
    >
      ▼ {formatCount(newRows)} new
    </Button>
  );
}

function Rows({ list, state }: RowsProps) {
  const { selectedSeq, chosen, peeking } = useInspector(
    useShallow((inspector) => ({
      selectedSeq: inspector.selectedSeq,
      chosen: inspector.chosen,
      peeking: inspector.peeking,
    })),
  );
  const watermark = useFeeds((feeds) => feeds.watermark);
  const onKey = useRowKeys(list);
  const onReach = useReach(list);
  const { resend, edit } = useResend();
  const [menuSeq, setMenuSeq] = useState<number | null>(null);
  const count = state.count ?? 0;
  const revealPlace = useRevealPlace(list, state);
  // While a search goes on, none found yet does not mean that there is none.
  if (state.count === 0 && state.complete && watermark !== undefined) {
    return <InspectorEmpty watermark={watermark} total={state.total} />;
  }
  return (
    <div className={styles['rows']}>
      <div
        className={styles['rows']}
        onContextMenuCapture={() => setMenuSeq(useInspector.getState().selectedSeq)}
        onDragStart={dragRowsOut}
      >
        <RowMenuArea
          list={list}
          seq={menuSeq}
          onEdit={(seq) => edit.mutate(seq)}
          onResend={(seq) => resend.mutate(seq)}
        >
          <ExchangeGrid
            list={list}
            count={count}
            selectedSeq={selectedSeq}
            chosen={chosen}
            revealIndex={revealPlace}
            onRevealed={revealed}
            onReach={onReach}
            onLeaveEnd={stopFollowing}
            onKey={onKey}
          />
        </RowMenuArea>
      </div>
      {peeking && selectedSeq !== null ? <QuickPeek seq={selectedSeq} /> : null}
      <Unseen list={list} state={state} />
    </div>
  );
}

/** Files that are dropped anywhere on the page are imported. */
const dropFiles = {
  onDragOver(event: DragEvent): void {
    if (event.dataTransfer.types.includes('Files') && !isOwnDrag()) event.preventDefault();
  },
  onDrop(event: DragEvent): void {
    if (event.dataTransfer.files.length === 0 || isOwnDrag()) return;
    event.preventDefault();
    void importFiles([...event.dataTransfer.files]);
  },
};

// The same elements each time: what they show does not come from the page, which is drawn for every change of the list.
const TOOLS = <InspectorTools />;
const OVERVIEW = <OverviewStrip />;
const ANNOUNCER = <Announcer />;

/** Every request through the hub, with what came of it. */
export function InspectorPage() {
  // No more of it: what else changes there, as while a list is scrolled, is drawn by those who show it.
  const { filter, sort, sortGeneration, highlighting, resending, columnDraft } = useInspector(
    useShallow((inspector) => ({
      filter: inspector.filter,
      sort: inspector.sort,
      sortGeneration: inspector.sortGeneration,
      highlighting: inspector.highlighting,
      resending: inspector.resending,
      columnDraft: inspector.columnDraft,
    })),
  );
  const place = usePreferences(({ detailPlace }) => detailPlace);
  const selected = useInspector((inspector) => (inspector.detailOpen ? inspector.selectedSeq : null));
  const openSeq = place === 'hidden' ? null : selected;
  const { list, state } = useExchangeList({ filter, sort, sortGeneration });
  return (
    <PageFrame title="Inspector" tools={TOOLS}>
      <div className={styles['inspector']} {...dropFiles}>
        <FilterBar list={list} state={state} />
        {OVERVIEW}
        <div className={styles['grid']}>
          <Split
            id="inspector"
            below={place === 'below'}
            listLabel="List of exchanges"
            detailLabel="Exchange detail"
            list={<Rows list={list} state={state} />}
            {...(openSeq === null ? {} : { detail: <ExchangeDetail seq={openSeq} onClose={closeDetail} /> })}
          />
        </div>
        {ANNOUNCER}
        <NoteDialog list={list} />
        <ExportDialog count={state.count ?? 0} />
        {resending === null ? null : (
          <ResendDialog seq={resending} onClose={() => useInspector.setState({ resending: null })} />
        )}
        {columnDraft === null ? null : <CustomColumnsDialog first={columnDraft} />}
        {highlighting === null ? null : (
          <HighlightDialog filter={highlighting} onClose={() => useInspector.setState({ highlighting: null })} />
        )}
      </div>
    </PageFrame>
  );
}
