import { useEffect, useState } from 'react';
import { CircleDot, CirclePause, OctagonX, Rows3 } from 'lucide-react';
import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { recordFrames, showExchangeOf, useFrames } from '../../state/frames.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { formatCount } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { FollowButton } from './follow-button.tsx';
import { FramesGrid } from './frames-grid.tsx';
import type { FramesState } from './frames-list.ts';
import { jumpToPair } from './jump-to-pair.ts';
import { useFramesList } from './use-frames-list.ts';
import { ViewSwitch } from './view-switch.tsx';
import styles from './frames.module.css';

/** Typing is not a query a key. */
const SETTLE_MS = 150;

const select = (row: FrameRow): void => useFrames.setState({ selected: row.number, follow: false });
const revealed = (): void => useFrames.setState({ revealPlace: null });
const leaveEnd = (): void => useFrames.setState({ follow: false });
const toggleFollow = (): void => useFrames.setState(({ follow }) => ({ follow: !follow }));
const open = ({ exchange }: FrameRow): void => {
  if (exchange !== null) showExchangeOf(exchange);
};

function Tools({ selected }: { readonly selected: FrameRow | undefined }) {
  const { follow, status } = useFrames();
  const recording = status?.recording ?? false;
  return (
    <>
      <Button
        variant={recording ? 'default' : 'primary'}
        small
        disabled={status === undefined}
        icon={recording ? <CirclePause size={14} aria-hidden /> : <CircleDot size={14} aria-hidden />}
        onClick={() => void recordFrames(!recording)}
      >
        {recording ? 'Leave frames out' : 'Record frames'}
      </Button>
      <FollowButton follow={follow} onToggle={toggleFollow} />
      <Spacer />
      <Button
        small
        variant="ghost"
        disabled={selected === undefined || selected.exchange === null}
        title={keyHint('list-open')}
        icon={<Rows3 size={14} aria-hidden />}
        onClick={() => selected !== undefined && open(selected)}
      >
        Show exchange
      </Button>
    </>
  );
}

/** The text in the bar, which becomes the filter when typing pauses. */
function Filter({ state }: { readonly state: FramesState }) {
  const filter = useFrames((frames) => frames.filter);
  const dropped = useFrames((frames) => frames.status?.droppedFrames ?? 0);
  const [text, setText] = useState(filter);
  const [applied, setApplied] = useState(filter);
  // The filter is also cleared from elsewhere.
  if (filter !== applied) {
    setApplied(filter);
    setText(filter);
  }
  useEffect(() => {
    if (text === filter) return;
    const timer = window.setTimeout(() => {
      setApplied(text);
      useFrames.setState({ filter: text });
    }, SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [text, filter]);
  const { count, total, error } = state;
  return (
    <div role="search" aria-label="Frames" className={styles['bar']}>
      <ViewSwitch />
      <div className={styles['field']}>
        <FilterInput
          label="Filter frames: conn:c1 -frame:ping dir:in id:41 status:error"
          value={text}
          onChange={setText}
        />
      </div>
      {error === undefined ? (
        <span role="status" aria-label="Frames shown">
          {count === undefined ? 'Searching…' : `${formatCount(count)} of ${formatCount(total)}`}
          {dropped === 0 ? '' : `, ${formatCount(dropped)} left out`}
        </span>
      ) : (
        <span role="alert" className={styles['problem']}>
          <OctagonX size={14} aria-hidden /> {error}
        </span>
      )}
    </div>
  );
}

function NoFrames({ state }: { readonly state: FramesState }) {
  const recording = useFrames((frames) => frames.status?.recording);
  if (state.total > 0) {
    return (
      <EmptyState
        title={`0 of ${formatCount(state.total)} frames match`}
        actions={
          <Button variant="primary" onClick={() => useFrames.setState({ filter: '' })}>
            Clear filter
          </Button>
        }
      />
    );
  }
  if (recording === true)
    return (
      <EmptyState title="No frames yet" actions={<Button onClick={() => goTo('overview')}>Ways to connect</Button>}>
        What passes the connections shows up here in wire order.
      </EmptyState>
    );
  return (
    <EmptyState
      title="Frames are not recorded"
      actions={
        <Button variant="primary" icon={<CircleDot size={14} aria-hidden />} onClick={() => void recordFrames(true)}>
          Record frames
        </Button>
      }
    >
      Handshakes, requests and answers, pings, credit, cancels and closes, without their bodies. That costs the store
      some time.
    </EmptyState>
  );
}

/** Every frame of every connection, in wire order. */
export function FramesPage() {
  const { filter, follow, selected, revealPlace } = useFrames();
  const { list, state } = useFramesList(filter);
  const [row, setRow] = useState<FrameRow>();
  return (
    <PageFrame title="Inspector" tools={<Tools selected={row?.number === selected ? row : undefined} />}>
      <div className={styles['frames']}>
        <Filter state={state} />
        <div className={styles['list']}>
          {state.count === undefined ? null : state.count === 0 ? (
            <NoFrames state={state} />
          ) : (
            <FramesGrid
              list={list}
              count={state.count}
              follow={follow}
              selected={selected}
              onSelect={(chosen) => {
                setRow(chosen);
                select(chosen);
              }}
              onOpen={open}
              onLeaveEnd={leaveEnd}
              onToggleFollow={toggleFollow}
              onPair={(from) =>
                void jumpToPair(list, from).then((pair) => {
                  if (pair !== undefined) setRow(pair);
                })
              }
              revealPlace={revealPlace}
              onRevealed={revealed}
            />
          )}
        </div>
      </div>
    </PageFrame>
  );
}
