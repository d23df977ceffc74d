import { useState } from 'react';
import { ArrowDownToLine, CircleDot, CirclePause, Plus, Trash2 } from 'lucide-react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { isPaused, toggleRecording } from '../../state/capture-actions.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { useFeeds } from '../../state/feeds.ts';
import { useInspector } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { usePanels } from '../../state/panels.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import type { ListKeyId } from '../../ui/keys.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { ColumnMenu } from './column-menu.tsx';
import { ExchangeDetail } from './detail/exchange-detail.tsx';
import { ExchangeGrid } from './exchange-grid.tsx';
import type { ExchangeList, ListState } from './exchange-list.ts';
import { FilterBar } from './filter/filter-bar.tsx';
import { InspectorEmpty } from './inspector-empty.tsx';
import { useExchangeList } from './use-exchange-list.ts';
import { useResend } from './detail/use-resend.ts';
import styles from './inspector.module.css';

function Tools() {
  const paused = useFeeds((feeds) => isPaused(feeds.watermark?.state));
  const follow = useInspector((state) => state.follow);
  return (
    <>
      <Button
        variant={paused ? 'primary' : 'default'}
        small
        title={keyHint('toggle-recording')}
        icon={paused ? <CircleDot size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => void toggleRecording()}
      >
        {paused ? 'Record' : 'Pause'}
      </Button>
      <Button
        small
        variant="ghost"
        title={keyHint('clear-capture')}
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => usePanels.setState({ clearCapture: true })}
      >
        Clear…
      </Button>
      <Button
        small
        variant="ghost"
        aria-pressed={follow}
        title={keyHint('list-follow')}
        icon={<ArrowDownToLine size={14} aria-hidden />}
        onClick={() => useInspector.setState({ follow: !follow })}
      >
        Follow
      </Button>
      <Spacer />
      <ColumnMenu />
      <Button
        small
        title={keyHint('new-request')}
        icon={<Plus size={14} aria-hidden />}
        onClick={() => {
          openDraft(EMPTY_DRAFT);
          goTo('compose');
        }}
      >
        New request
      </Button>
    </>
  );
}

const selectRow = (row: ExchangeRow): void =>
  useInspector.setState({ selectedSeq: row.seq, detailOpen: true, follow: false });
const closeDetail = (): void => useInspector.setState({ selectedSeq: null, detailOpen: false });
const stopFollowing = (): void => useInspector.setState({ follow: false });
const revealed = (): void => useInspector.setState({ revealSeq: null });

/** Rows that came since the list stopped following its end. */
function useNewRows(count: number, follow: boolean): number {
  const [seen, setSeen] = useState(count);
  if ((follow && seen !== count) || seen > count) setSeen(count);
  return follow ? 0 : count - seen;
}

function focusDetail(): void {
  document.querySelector<HTMLElement>('[aria-label="Exchange detail"] [role="tab"][data-active]')?.focus();
}

/** What the list's keys do, other than moving. */
function useRowKeys(): (key: ListKeyId, row: ExchangeRow | undefined) => void {
  const { resend, edit } = useResend();
  return (key, row) => {
    if (key === 'list-follow') useInspector.setState((inspector) => ({ follow: !inspector.follow }));
    else if (key === 'list-clear') closeDetail();
    else if (row === undefined) return;
    else if (key === 'list-edit') edit.mutate(row.seq);
    else if (key === 'list-resend') resend.mutate(row.seq);
    else if (key === 'list-open') {
      useInspector.setState({ detailOpen: true });
      // The pane is there after the next frame where it was closed.
      requestAnimationFrame(focusDetail);
    }
  };
}

/** The place of the row that shall be brought into sight; null when there is none, or it is not among the rows. */
function useRevealPlace(count: number): number | null {
  const { filter, revealSeq } = useInspector();
  const firstSeq = useFeeds((feeds) => feeds.watermark?.firstSeq);
  if (revealSeq === null || firstSeq === undefined || filter !== '') return null;
  // Without a filter rows are numbered without gaps, so the place follows from the oldest one's number.
  const place = revealSeq - firstSeq;
  return place >= 0 && place < count ? place : null;
}

interface RowsProps {
  readonly list: ExchangeList;
  readonly state: ListState;
}

function Rows({ list, state }: RowsProps) {
  const { follow, selectedSeq, detailOpen } = useInspector();
  const watermark = useFeeds((feeds) => feeds.watermark);
  const onKey = useRowKeys();
  const count = state.count ?? 0;
  const newRows = useNewRows(count, follow);
  const revealPlace = useRevealPlace(count);
  // While a search goes on, none found yet does not mean that there is none.
  if (state.count === 0 && state.complete && watermark !== undefined) {
    return <InspectorEmpty capture={watermark.state} total={state.total} />;
  }
  return (
    <>
      <ExchangeGrid
        list={list}
        count={count}
        version={state.version}
        follow={follow}
        selectedSeq={selectedSeq}
        revealIndex={revealPlace}
        onRevealed={revealed}
        onSelect={selectRow}
        onLeaveEnd={stopFollowing}
        onKey={onKey}
      />
      {newRows > 0 && !detailOpen ? (
        <Button
          small
          variant="primary"
          className={styles['newRows'] ?? ''}
          onClick={() => useInspector.setState({ follow: true })}
        >
          ▼ {formatCount(newRows)} new
        </Button>
      ) : null}
    </>
  );
}

/** Every request through the hub, with what came of it. */
export function InspectorPage() {
  const filter = useInspector((inspector) => inspector.filter);
  const openSeq = useInspector((inspector) => (inspector.detailOpen ? inspector.selectedSeq : null));
  const { list, state } = useExchangeList(filter);
  return (
    <PageFrame title="Inspector" tools={<Tools />}>
      <div className={styles['inspector']}>
        <FilterBar list={list} state={state} />
        <div className={styles['grid']}>
          <Split
            id="inspector"
            listLabel="List of exchanges"
            detailLabel="Exchange detail"
            list={<Rows list={list} state={state} />}
            {...(openSeq === null ? {} : { detail: <ExchangeDetail seq={openSeq} onClose={closeDetail} /> })}
          />
        </div>
      </div>
    </PageFrame>
  );
}
