import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import type { SortingState } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { cx } from './cx.ts';
import styles from './data-table.module.css';

export interface TableColumn<T> {
  readonly id: string;
  readonly header: string;
  readonly width: number;
  readonly cell: (row: T) => ReactNode;
  /** What the column is sorted by; absent = it cannot be sorted. */
  readonly sortBy?: (row: T) => string | number;
  readonly align?: 'start' | 'end';
  readonly mono?: boolean;
  /** Takes what is left of the width. */
  readonly grow?: boolean;
}

export const ROW_HEIGHT = 24;
export const HEAD_HEIGHT = 26;

interface HeadProps<T extends object> {
  readonly columns: readonly TableColumn<T>[];
  readonly sorting: SortingState;
  readonly onSort: (column: string) => void;
  readonly marks: boolean;
}

/** Left and right move the focus along the headers that sort. */
function onHeadKey(event: KeyboardEvent<HTMLDivElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  buttons[buttons.findIndex((button) => button === document.activeElement) + step]?.focus();
}

export function Head<T extends object>({ columns, sorting, onSort, marks }: HeadProps<T>) {
  const firstSorted = columns.find((column) => column.sortBy !== undefined);
  return (
    <div role="row" aria-rowindex={1} className={styles['head']} onKeyDown={onHeadKey}>
      {marks ? (
        <div role="columnheader" className={cx(styles['headCell'], styles['markCell'])}>
          <span className="visually-hidden">Chosen</span>
        </div>
      ) : null}
      {columns.map((column) => {
        const direction = sorting.find((entry) => entry.id === column.id);
        const Arrow = direction?.desc === true ? ArrowDown : ArrowUp;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={direction === undefined ? 'none' : direction.desc ? 'descending' : 'ascending'}
            className={cx(
              styles['headCell'],
              column.align === 'end' && styles['end'],
              column.grow === true && styles['grow'],
            )}
            style={{ width: column.width }}
          >
            {column.sortBy === undefined ? (
              column.header
            ) : (
              <button
                type="button"
                tabIndex={column === firstSorted ? 0 : -1}
                className={styles['sort']}
                onClick={() => onSort(column.id)}
              >
                {column.header}
                {direction === undefined ? null : <Arrow size={12} aria-hidden />}
              </button>
            )}
          </div>
        );
      })}
    </div>
  );
}

interface RowViewProps<T extends object> {
  readonly id: string;
  /** What the row is called, for the name of its check box. */
  readonly name: string;
  readonly index: number;
  readonly row: T;
  readonly columns: readonly TableColumn<T>[];
  readonly selected: boolean;
  /** Undefined where only one can be chosen. */
  readonly marked: boolean | undefined;
  readonly dim: boolean;
  readonly onClick: (event: MouseEvent) => void;
  readonly onToggle: () => void;
}

export function RowView<T extends object>(props: RowViewProps<T>) {
  const { id, name, index, row, columns, selected, marked, dim, onClick, onToggle } = props;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={marked ?? selected}
      className={cx(
        styles['row'],
        (selected || marked === true) && styles['selected'],
        selected && styles['current'],
        dim && styles['dim'],
      )}
      style={{ top: index * ROW_HEIGHT }}
      onClick={onClick}
    >
      {marked === undefined ? null : (
        <div role="gridcell" className={cx(styles['cell'], styles['markCell'])}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Choose ${name}`}
            checked={marked}
            onChange={onToggle}
            onClick={(event) => event.stopPropagation()}
          />
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={cx(
            styles['cell'],
            column.align === 'end' && styles['end'],
            column.mono === true && styles['mono'],
            column.grow === true && styles['grow'],
          )}
          style={{ width: column.width }}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
