import { useCallback, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { useInspector } from '../../state/inspector.ts';
import { useOverview } from '../../state/overview.ts';
import { usePreferences } from '../../state/preferences.ts';
import { listKey, movedIndex, rowKey } from '../../ui/keys.ts';
import type { ListKeyId, RowKeyId } from '../../ui/keys.ts';
import { useAwaitedRow } from '../../ui/use-awaited-row.ts';
import { useScrolledRows } from '../../ui/use-scrolled-rows.ts';
import type { ScrolledRows } from '../../ui/use-scrolled-rows.ts';
import { useColumnLayout } from './column-layout.ts';
import { WATERFALL } from './columns.tsx';
import type { ExchangeList } from './exchange-list.ts';
import { GridHead } from './grid-head.tsx';
import { GridRow, ROW_HEIGHT } from './grid-row.tsx';
import { useHighlight } from './use-highlight.ts';
import { Waterfall } from './waterfall.tsx';
import styles from './exchange-grid.module.css';

const HEAD_HEIGHT = 26;

/** How a row was reached: with Shift the rows on the way are chosen, with Ctrl it is added to those that are. */
export interface Reach {
  readonly extend: boolean;
  readonly toggle: boolean;
}

interface ExchangeGridProps {
  readonly list: ExchangeList;
  readonly count: number;
  readonly selectedSeq: number | null;
  readonly chosen: ReadonlySet<number>;
  /** A row to bring into sight, by its place. */
  readonly revealIndex: number | null;
  readonly onRevealed: () => void;
  readonly onReach: (row: ExchangeRow, index: number, reach: Reach) => void;
  readonly onLeaveEnd: () => void;
  readonly onKey: (key: ListKeyId | RowKeyId, row: ExchangeRow | undefined) => void;
}

/** The place of the selected row among those in sight, or where it was seen last. */
function useSelectedIndex(
  rows: readonly (ExchangeRow | undefined)[],
  first: number,
  selectedSeq: number | null,
): number {
  const [last, setLast] = useState({ seq: selectedSeq, index: -1 });
  const found = rows.findIndex((row) => row !== undefined && row.seq === selectedSeq);
  const index = selectedSeq === null ? -1 : found < 0 ? last.index : first + found;
  if (index !== last.index || selectedSeq !== last.seq) setLast({ seq: selectedSeq, index });
  return index;
}

/** What pressing a row does: one function for all times, so that rows are not drawn again for it. */
function usePress(onReach: ExchangeGridProps['onReach'], selection: Pick<ExchangeGridProps, 'selectedSeq' | 'chosen'>) {
  const latest = useRef({ onReach, selection });
  latest.current = { onReach, selection };
  return useCallback((event: MouseEvent, row: ExchangeRow, index: number): void => {
    const { selectedSeq, chosen } = latest.current.selection;
    const reach: Reach = { extend: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    // The menu is for all that are selected.
    if (event.button === 2 && (row.seq === selectedSeq || chosen.has(row.seq))) return;
    // All that are chosen may be about to be dragged out: only a press that was no drag chooses one of them.
    const isPlain = !reach.extend && !reach.toggle;
    const mayDrag = isPlain && event.button === 0 && chosen.has(row.seq);
    if (event.type === 'click' ? mayDrag : !mayDrag) latest.current.onReach(row, index, reach);
  }, []);
}

function useGridKeys(
  { list, count, onReach, onKey }: ExchangeGridProps,
  view: Pick<ScrolledRows, 'rowsPerPage' | 'reveal'>,
  selectedIndex: number,
) {
  const awaited = useAwaitedRow((index) => list.row(index));
  const timesLeft = useRef(0);
  /** Whoever leaves the list does not mean the detail any more. */
  const onBlur = (): void => {
    timesLeft.current += 1;
    useInspector.setState({ enteringDetail: false });
  };
  const act = (key: ListKeyId | RowKeyId): void => {
    const before = timesLeft.current;
    const isAwaited = awaited.defer((row) => {
      onKey(key, row);
      if (timesLeft.current !== before) useInspector.setState({ enteringDetail: false });
    });
    if (!isAwaited) onKey(key, list.row(selectedIndex));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The headers have keys of their own.
    if (event.target !== event.currentTarget) return;
    const acted = rowKey(event);
    if (acted !== undefined) {
      event.preventDefault();
      act(acted);
      return;
    }
    const key = listKey(event);
    if (key === undefined) return;
    const from = { index: awaited.place() ?? selectedIndex, count, rowsPerPage: view.rowsPerPage };
    const next = movedIndex(key, from);
    if (next === undefined) {
      act(key);
      return;
    }
    event.preventDefault();
    view.reveal(next);
    const extend = event.shiftKey;
    awaited.reach(next, (row, index) => onReach(row, index, { extend, toggle: false }));
  };
  return { onKeyDown, onBlur };
}

/** The exchanges as a grid: 24 px a row, only those in sight are in the page. */
export function ExchangeGrid(props: ExchangeGridProps) {
  const { list, count, selectedSeq, chosen, revealIndex, onRevealed, onReach, onLeaveEnd } = props;
  const prefix = useId();
  const follow = useInspector((inspector) => inspector.follow);
  useSyncExternalStore(list.subscribe, list.version);
  const { columns, waterfall, width } = useColumnLayout();
  const view = useScrolledRows({
    ...{ list, count, follow, onLeaveEnd },
    rowHeight: ROW_HEIGHT,
    headerHeight: HEAD_HEIGHT,
  });
  const { first, end, base } = view.rows;
  const { reveal } = view;
  useEffect(() => {
    if (revealIndex === null) return;
    reveal(revealIndex);
    onRevealed();
  }, [revealIndex, reveal, onRevealed]);
  const mode = usePreferences((preferences) => preferences.timeMode);
  const startMs = useOverview((overview) => overview.firstMs);
  const colorOfRow = useHighlight();

  const rows = Array.from({ length: end - first }, (_, offset) => list.row(first + offset));
  const selectedIndex = useSelectedIndex(rows, first, selectedSeq);
  const keys = useGridKeys(props, view, selectedIndex);
  const onPress = usePress(onReach, { selectedSeq, chosen });

  const fullWidth = width + (waterfall ? WATERFALL.width : 0);
  const waterfallWidth = Math.max(WATERFALL.width, (view.scroller.current?.clientWidth ?? 0) - width);
  return (
    <div className={styles['frame']}>
      <div
        ref={view.scroller}
        role="grid"
        aria-label="Exchanges"
        aria-multiselectable={chosen.size > 0}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-activedescendant={
          selectedIndex < first || selectedIndex >= end ? undefined : `${prefix}-${String(selectedIndex)}`
        }
        tabIndex={0}
        className={styles['scroller']}
        {...keys}
      >
        <GridHead columns={columns} waterfall={waterfall} />
        <div role="rowgroup" className={styles['body']} style={{ height: count * ROW_HEIGHT, width: fullWidth }}>
          {rows.map((row, offset) => {
            const index = first + offset;
            const current = row !== undefined && row.seq === selectedSeq;
            return (
              <GridRow
                key={index - base}
                id={`${prefix}-${String(index)}`}
                row={row}
                index={index}
                selected={current || (row !== undefined && chosen.has(row.seq))}
                current={current}
                color={row === undefined ? 0 : colorOfRow(row)}
                time={{ mode, startMs, aboveMs: list.row(index - 1)?.atMs }}
                columns={columns}
                onPress={onPress}
              />
            );
          })}
          {waterfall && rows.length > 0 ? (
            <Waterfall
              rows={rows}
              top={first * ROW_HEIGHT}
              left={width}
              width={waterfallWidth}
              rowHeight={ROW_HEIGHT}
            />
          ) : null}
        </div>
      </div>
    </div>
  );
}
