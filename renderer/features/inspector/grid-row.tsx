import { memo } from 'react';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { cx } from '../../ui/cx.ts';
import type { SizedColumn } from './column-layout.ts';
import type { TimeContext } from './time-text.ts';
import styles from './exchange-grid.module.css';

export const ROW_HEIGHT = 24;

interface GridRowProps {
  readonly id: string;
  readonly row: ExchangeRow | undefined;
  readonly index: number;
  readonly selected: boolean;
  readonly current: boolean;
  /** 1 to 6, of a highlight rule; 0 = none. */
  readonly color: number;
  readonly time: TimeContext;
  readonly columns: readonly SizedColumn[];
  readonly onPress: (event: MouseEvent, row: ExchangeRow, index: number) => void;
}

/** No character of the list's text is wider, px: 1 em. */
const WIDEST_PX = 12;
/** Beside a cell's text, px. */
const PADDING_PX = 16;

/** Whether the content may be wider than its cell. To clip one that is not takes as long as to draw it. */
function mayOverflow(content: ReactNode, { px, width, whole }: SizedColumn): boolean {
  if (whole === true && px >= width) return false;
  if (typeof content === 'string') return content.length * WIDEST_PX > px - PADDING_PX;
  return content !== null;
}

/** Not a component of its own: a screen has hundreds, and each would be one more thing to compare. */
function cellOf(column: SizedColumn, row: ExchangeRow, time: TimeContext): ReactElement {
  const content = column.cell(row, time);
  return (
    <div
      key={column.id}
      role="gridcell"
      data-column={column.id}
      title={column.title?.(row) || undefined}
      className={cx(
        styles['cell'],
        mayOverflow(content, column) && styles['clipped'],
        column.align === 'end' && styles['end'],
        column.mono === true && styles['mono'],
      )}
      style={column.style}
    >
      {content}
    </div>
  );
}

function gapText({ gap }: ExchangeRow): string | undefined {
  if (gap === null) return undefined;
  const reason = gap.reason === 'ended' ? 'the hub ended without warning' : 'the store could not keep up';
  return `${gap.rows === null ? 'Some' : String(gap.rows)} exchanges were not recorded here: ${reason}`;
}

function GridRowView({ id, row, index, selected, current, color, time, columns, onPress }: GridRowProps) {
  const gap = row === undefined ? undefined : gapText(row);
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-color={color === 0 ? undefined : color}
      className={cx(
        styles['row'],
        index % 2 === 1 && styles['odd'],
        selected && styles['selected'],
        current && styles['current'],
      )}
      style={{ top: index * ROW_HEIGHT }}
      draggable={selected}
      onMouseDown={(event) => {
        if (row !== undefined) onPress(event, row, index);
      }}
      onClick={(event) => {
        if (row !== undefined) onPress(event, row, index);
      }}
    >
      {row === undefined || gap !== undefined ? (
        <span role="gridcell" className={styles['pending']}>
          {gap ?? '…'}
        </span>
      ) : (
        columns.map((column) => cellOf(column, row, time))
      )}
    </div>
  );
}

const sameTime = (before: TimeContext, after: TimeContext): boolean =>
  before.mode === after.mode &&
  (after.mode !== 'delta' || before.aboveMs === after.aboveMs) &&
  (after.mode !== 'start' || before.startMs === after.startMs);

const PLAIN_PROPS = ['row', 'index', 'selected', 'current', 'color', 'columns', 'onPress'] as const;

/** One exchange: plain text in cells, drawn again only when something of it changed. */
export const GridRow = memo(
  GridRowView,
  (before, after) => PLAIN_PROPS.every((name) => before[name] === after[name]) && sameTime(before.time, after.time),
);
