import { memo, useEffect, useId, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { usePreferences } from '../../state/preferences.ts';
import { cx } from '../../ui/cx.ts';
import { listKey, movedIndex } from '../../ui/keys.ts';
import type { ListKeyId } from '../../ui/keys.ts';
import { useVirtualRows } from '../../ui/use-virtual-rows.ts';
import { EXCHANGE_COLUMNS, MIN_COLUMN_WIDTH, WATERFALL } from './columns.tsx';
import type { ExchangeColumn } from './columns.tsx';
import type { ExchangeList } from './exchange-list.ts';
import { Waterfall } from './waterfall.tsx';
import styles from './exchange-grid.module.css';

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 26;

interface ExchangeGridProps {
  readonly list: ExchangeList;
  readonly count: number;
  /** Changes whenever rows came. */
  readonly version: number;
  readonly follow: boolean;
  readonly selectedSeq: number | null;
  /** A row to bring into sight, by its place. */
  readonly revealIndex: number | null;
  readonly onRevealed: () => void;
  readonly onSelect: (row: ExchangeRow) => void;
  readonly onLeaveEnd: () => void;
  readonly onKey: (key: ListKeyId, row: ExchangeRow | undefined) => void;
}

interface SizedColumn extends ExchangeColumn {
  readonly px: number;
}

function useColumns(): {
  readonly columns: readonly SizedColumn[];
  readonly waterfall: boolean;
  readonly width: number;
} {
  const hidden = usePreferences((state) => state.hiddenColumns);
  const widths = usePreferences((state) => state.columnWidths);
  const columns = EXCHANGE_COLUMNS.filter((column) => !hidden.includes(column.id)).map((column) => ({
    ...column,
    px: widths[column.id] ?? column.width,
  }));
  return {
    columns,
    waterfall: !hidden.includes(WATERFALL.id),
    width: columns.reduce((sum, column) => sum + column.px, 0),
  };
}

function resizeColumn(id: string, width: number): void {
  usePreferences.setState((state) => ({
    columnWidths: { ...state.columnWidths, [id]: Math.max(MIN_COLUMN_WIDTH, Math.round(width)) },
  }));
}

/** The edge of a column: drag it, or double-click for the width it had at first. */
function Grip({ column }: { readonly column: SizedColumn }) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>): void => {
    const grip: HTMLSpanElement = event.currentTarget;
    const startX = event.clientX;
    const drag = new AbortController();
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener('pointermove', (move) => resizeColumn(column.id, column.px + move.clientX - startX), {
      signal: drag.signal,
    });
    grip.addEventListener('lostpointercapture', () => drag.abort(), { once: true });
  };
  return (
    <span
      className={styles['grip']}
      title={`Drag to resize ${column.header}`}
      onPointerDown={onPointerDown}
      onDoubleClick={() => resizeColumn(column.id, column.width)}
    />
  );
}

function Head({ columns, waterfall }: { readonly columns: readonly SizedColumn[]; readonly waterfall: boolean }) {
  return (
    <div role="row" aria-rowindex={1} className={styles['head']}>
      {columns.map((column) => (
        <div
          key={column.id}
          role="columnheader"
          aria-label={column.id === 'kind' ? 'Kind' : undefined}
          className={cx(styles['headCell'], column.align === 'end' && styles['end'])}
          style={{ width: column.px }}
        >
          <span>{column.header}</span>
          <Grip column={column} />
        </div>
      ))}
      {waterfall ? (
        <div role="columnheader" className={styles['headCell']} style={{ flex: `1 0 ${WATERFALL.width}px` }}>
          {WATERFALL.header}
        </div>
      ) : null}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly row: ExchangeRow | undefined;
  readonly index: number;
  readonly selected: boolean;
  readonly columns: readonly SizedColumn[];
  readonly onSelect: (row: ExchangeRow) => void;
}

function RowView({ id, row, index, selected, columns, onSelect }: RowProps) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cx(styles['row'], index % 2 === 1 && styles['odd'], selected && styles['selected'])}
      style={{ top: index * ROW_HEIGHT }}
      onMouseDown={() => {
        if (row !== undefined) onSelect(row);
      }}
    >
      {row === undefined ? (
        <span role="gridcell" className={styles['pending']}>
          …
        </span>
      ) : (
        columns.map((column) => (
          <div
            key={column.id}
            role="gridcell"
            data-column={column.id}
            className={cx(
              styles['cell'],
              column.align === 'end' && styles['end'],
              column.mono === true && styles['mono'],
            )}
            style={{ width: column.px }}
          >
            {column.cell(row)}
          </div>
        ))
      )}
    </div>
  );
}

const widthsOf = (columns: readonly SizedColumn[]): string =>
  columns.map((column) => `${column.id}${column.px}`).join();

const Row = memo(
  RowView,
  (before, after) =>
    before.row === after.row &&
    before.index === after.index &&
    before.selected === after.selected &&
    before.onSelect === after.onSelect &&
    widthsOf(before.columns) === widthsOf(after.columns),
);

/** The place of the selected row among those in sight, or where it was seen last. */
function useSelectedIndex(
  rows: readonly (ExchangeRow | undefined)[],
  first: number,
  selectedSeq: number | null,
): number {
  const [last, setLast] = useState(-1);
  const found = rows.findIndex((row) => row !== undefined && row.seq === selectedSeq);
  const index = selectedSeq === null ? -1 : found < 0 ? last : first + found;
  if (index !== last) setLast(index);
  return index;
}

/** The exchanges as a grid: 24 px a row, only those in sight are in the page. */
export function ExchangeGrid(props: ExchangeGridProps) {
  const { list, count, follow, selectedSeq, revealIndex, onRevealed, onSelect, onLeaveEnd, onKey } = props;
  const prefix = useId();
  const { columns, waterfall, width } = useColumns();
  const view = useVirtualRows({
    count,
    rowHeight: ROW_HEIGHT,
    headerHeight: HEAD_HEIGHT,
    stickToEnd: follow,
    onLeaveEnd,
  });
  const { first, end } = view.range;
  useEffect(() => list.setRange({ first, end }), [list, first, end]);
  const { reveal } = view;
  useEffect(() => {
    if (revealIndex === null) return;
    reveal(revealIndex);
    onRevealed();
  }, [revealIndex, reveal, onRevealed]);

  const rows = Array.from({ length: end - first }, (_, offset) => list.row(first + offset));
  const selectedIndex = useSelectedIndex(rows, first, selectedSeq);

  const onKeyDown = (event: KeyboardEvent): void => {
    const key = listKey(event);
    if (key === undefined) return;
    const next = movedIndex(key, { index: selectedIndex, count, rowsPerPage: view.rowsPerPage });
    if (next === undefined) {
      onKey(key, list.row(selectedIndex));
      return;
    }
    event.preventDefault();
    view.reveal(next);
    const row = list.row(next);
    if (row !== undefined) onSelect(row);
  };

  const fullWidth = width + (waterfall ? WATERFALL.width : 0);
  const element = view.scroller.current;
  const waterfallWidth = Math.max(WATERFALL.width, (element?.clientWidth ?? 0) - width);
  return (
    <div className={styles['frame']}>
      <div
        ref={view.scroller}
        role="grid"
        aria-label="Exchanges"
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-activedescendant={selectedIndex < first || selectedIndex >= end ? undefined : `${prefix}-${selectedIndex}`}
        tabIndex={0}
        className={styles['scroller']}
        onKeyDown={onKeyDown}
      >
        <Head columns={columns} waterfall={waterfall} />
        <div role="rowgroup" className={styles['body']} style={{ height: count * ROW_HEIGHT, width: fullWidth }}>
          {rows.map((row, offset) => (
            <Row
              key={first + offset}
              id={`${prefix}-${first + offset}`}
              row={row}
              index={first + offset}
              selected={row !== undefined && row.seq === selectedSeq}
              columns={columns}
              onSelect={onSelect}
            />
          ))}
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
