import { memo, useEffect, useId, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { cx } from '../../ui/cx.ts';
import { listKey, movedIndex } from '../../ui/keys.ts';
import { useAwaitedRow } from '../../ui/use-awaited-row.ts';
import { useScrolledRows } from '../../ui/use-scrolled-rows.ts';
import { FRAME_COLUMNS } from './frame-columns.tsx';
import type { FramesList } from './frames-list.ts';
import styles from './exchange-grid.module.css';

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 26;
const WIDTH = FRAME_COLUMNS.reduce((sum, { width }) => sum + width, 0);

interface FramesGridProps {
  readonly list: FramesList;
  readonly count: number;
  readonly follow: boolean;
  /** Number of the frame. */
  readonly selected: number | null;
  readonly onSelect: (row: FrameRow) => void;
  readonly onOpen: (row: FrameRow) => void;
  readonly onLeaveEnd: () => void;
  readonly onToggleFollow: () => void;
  /** To the other frame of its exchange. */
  readonly onPair: (row: FrameRow) => void;
  /** A frame to bring into sight, by its place. */
  readonly revealPlace: number | null;
  readonly onRevealed: () => void;
}

interface FrameViewProps {
  readonly id: string;
  readonly row: FrameRow | undefined;
  readonly index: number;
  readonly selected: boolean;
  readonly onSelect: (row: FrameRow) => void;
  readonly onOpen: (row: FrameRow) => void;
}

const FrameView = memo(({ id, row, index, selected, onSelect, onOpen }: FrameViewProps) => (
  <div
    id={id}
    role="row"
    aria-rowindex={index + 2}
    aria-selected={selected}
    className={cx(styles['row'], index % 2 === 1 && styles['odd'], selected && styles['selected'])}
    style={{ top: index * ROW_HEIGHT }}
    onMouseDown={() => row !== undefined && onSelect(row)}
    onDoubleClick={() => row !== undefined && onOpen(row)}
  >
    {row === undefined ? (
      <span role="gridcell" className={styles['pending']}>
        …
      </span>
    ) : (
      FRAME_COLUMNS.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          data-column={column.id}
          className={cx(
            styles['cell'],
            styles['clipped'],
            column.align === 'end' && styles['end'],
            column.mono === true && styles['mono'],
          )}
          style={{ width: column.width }}
        >
          {column.cell(row)}
        </div>
      ))
    )}
  </div>
));

function Head() {
  return (
    <div role="row" aria-rowindex={1} className={styles['head']}>
      {FRAME_COLUMNS.map(({ id, header, width, align }) => (
        <div
          key={id}
          role="columnheader"
          className={cx(styles['headCell'], align === 'end' && styles['end'])}
          style={{ width }}
        >
          {header}
        </div>
      ))}
    </div>
  );
}

/** The place of the selected frame, which the keys move from; it is known once the frame was in sight. */
function useSelectedIndex(rows: readonly (FrameRow | undefined)[], first: number, selected: number | null): number {
  const [last, setLast] = useState(-1);
  const found = rows.findIndex((row) => row !== undefined && row.number === selected);
  const index = selected === null ? -1 : found < 0 ? last : first + found;
  if (index !== last) setLast(index);
  return index;
}

/** Frames in wire order; only those in sight are in the page. */
export function FramesGrid(props: FramesGridProps) {
  const { list, count, follow, selected, onSelect, onOpen, onLeaveEnd, onToggleFollow, onPair } = props;
  const { revealPlace, onRevealed } = props;
  const prefix = useId();
  const view = useScrolledRows({
    ...{ list, count, follow, onLeaveEnd },
    rowHeight: ROW_HEIGHT,
    headerHeight: HEAD_HEIGHT,
  });
  const { first, end, base } = view.rows;
  const { reveal } = view;
  useEffect(() => {
    if (revealPlace === null) return;
    reveal(revealPlace);
    onRevealed();
  }, [revealPlace, reveal, onRevealed]);
  const rows = Array.from({ length: end - first }, (_, offset) => list.row(first + offset));
  const selectedIndex = useSelectedIndex(rows, first, selected);
  const awaited = useAwaitedRow((index) => list.row(index));

  const onKeyDown = (event: KeyboardEvent): void => {
    const key = listKey(event);
    if (key === undefined) return;
    const row = list.row(selectedIndex);
    if (key === 'list-follow') onToggleFollow();
    else if (key === 'list-open' && !awaited.defer(onOpen) && row !== undefined) onOpen(row);
    else if (key === 'list-pair' && !awaited.defer(onPair) && row !== undefined) onPair(row);
    const index = awaited.place() ?? selectedIndex;
    const next = movedIndex(key, { index, count, rowsPerPage: view.rowsPerPage });
    if (next === undefined) return;
    event.preventDefault();
    view.reveal(next);
    awaited.reach(next, onSelect);
  };

  const isSelectedInSight = selectedIndex >= first && selectedIndex < end;
  return (
    <div className={styles['frame']}>
      <div
        ref={view.scroller}
        role="grid"
        aria-label="Frames"
        aria-rowcount={count + 1}
        aria-colcount={FRAME_COLUMNS.length}
        aria-activedescendant={isSelectedInSight ? `${prefix}-${selectedIndex}` : undefined}
        tabIndex={0}
        className={styles['scroller']}
        onKeyDown={onKeyDown}
      >
        <Head />
        <div role="rowgroup" className={styles['body']} style={{ height: count * ROW_HEIGHT, width: WIDTH }}>
          {rows.map((row, offset) => (
            <FrameView
              key={first + offset - base}
              id={`${prefix}-${first + offset}`}
              row={row}
              index={first + offset}
              selected={row !== undefined && row.number === selected}
              onSelect={onSelect}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
