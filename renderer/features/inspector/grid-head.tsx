import { memo, useRef } from 'react';
import type { DragEvent, KeyboardEvent, PointerEvent } from 'react';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { sortBy, useInspector } from '../../state/inspector.ts';
import { cx } from '../../ui/cx.ts';
import { sortColumnOf, WATERFALL } from './columns.tsx';
import { moveColumn, resizeColumn } from './column-layout.ts';
import type { SizedColumn } from './column-layout.ts';
import styles from './exchange-grid.module.css';

const RESIZE_STEP = 8;
const DRAGGED = 'application/x-whub-column';

/** The edge of a column: drag it, or double-click for the width it had at first. */
function Grip({ column }: { readonly column: SizedColumn }) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>): void => {
    // Else the header would be dragged.
    event.preventDefault();
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

/** Moves the focus along the headers; with Shift the column's width, with Alt the column itself. */
function onHeadKey(event: KeyboardEvent<HTMLDivElement>, columns: readonly SizedColumn[]): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const place = buttons.findIndex((button) => button === document.activeElement);
  const [column, neighbour] = [columns[place], columns[place + step]];
  if (step === 0 || column === undefined) return;
  event.preventDefault();
  if (event.shiftKey) resizeColumn(column.id, column.px + step * RESIZE_STEP);
  else if (!event.altKey) buttons[place + step]?.focus();
  else if (neighbour !== undefined) {
    moveColumn(column.id, neighbour.id);
    requestAnimationFrame(() => buttons[place]?.focus());
  }
}

function onDragOver(event: DragEvent): void {
  if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
}

const onDropOn =
  (id: string) =>
  (event: DragEvent): void => {
    const dragged = event.dataTransfer.getData(DRAGGED);
    if (dragged !== '' && dragged !== id) moveColumn(dragged, id);
  };

interface HeadProps {
  readonly columns: readonly SizedColumn[];
  readonly waterfall: boolean;
}

/** Click sorts, drag moves, the edge resizes; with the keyboard Enter, Alt and Shift with the arrows. */
export const GridHead = memo(({ columns, waterfall }: HeadProps) => {
  const sort = useInspector((inspector) => inspector.sort);
  const row = useRef<HTMLDivElement>(null);
  return (
    <div
      ref={row}
      role="row"
      aria-rowindex={1}
      className={styles['head']}
      onKeyDown={(event) => onHeadKey(event, columns)}
    >
      {columns.map((column, place) => {
        const key = sortColumnOf(column.id);
        const direction =
          sort !== null && sort.column === key ? (sort.descending ? 'descending' : 'ascending') : 'none';
        const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={key === undefined ? undefined : direction}
            draggable
            className={cx(styles['headCell'], column.align === 'end' && styles['end'])}
            style={{ width: column.px }}
            onDragStart={(event) => event.dataTransfer.setData(DRAGGED, column.id)}
            onDragOver={onDragOver}
            onDrop={onDropOn(column.id)}
          >
            <button
              type="button"
              tabIndex={place === 0 ? 0 : -1}
              className={styles['headButton']}
              aria-label={column.name}
              title={`${column.name ?? column.header}: ${key === undefined ? 'in order of arrival' : 'click to sort'}. Alt and arrows move it, Shift and arrows resize it`}
              onClick={() => (key === undefined ? useInspector.setState({ sort: null }) : sortBy(key))}
            >
              <span>{column.header}</span>
              {direction === 'none' ? null : <Arrow size={12} aria-hidden />}
            </button>
            <Grip column={column} />
          </div>
        );
      })}
      {waterfall ? (
        <div role="columnheader" className={styles['headCell']} style={{ flex: `1 0 ${String(WATERFALL.width)}px` }}>
          <span className={styles['headText']}>{WATERFALL.header}</span>
        </div>
      ) : null}
    </div>
  );
});
