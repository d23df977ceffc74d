import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import type { SortingState } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { cx } from './cx.ts';
import { listKey, movedIndex } from './keys.ts';
import { useVirtualRows } from './use-virtual-rows.ts';
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

interface DataTableProps<T extends object> {
  readonly label: string;
  readonly columns: readonly TableColumn<T>[];
  readonly rows: readonly T[];
  readonly rowId: (row: T) => string;
  readonly selectedId?: string | null;
  readonly onSelect?: (id: string | null) => void;
  readonly dim?: (row: T) => boolean;
}

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 26;

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const compare = (left: unknown, right: unknown): number =>
  typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right));

function useSorted<T extends object>({ columns, rows, rowId }: Pick<DataTableProps<T>, 'columns' | 'rows' | 'rowId'>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        accessorFn: (row: T) => column.sortBy?.(row) ?? '',
        enableSorting: column.sortBy !== undefined,
        sortFn: (left: { getValue(id: string): unknown }, right: { getValue(id: string): unknown }, id: string) =>
          compare(left.getValue(id), right.getValue(id)),
      })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: rowId,
    state: { sorting },
    onSortingChange: setSorting,
  });
  return { table, sorting, sorted: table.getRowModel().rows };
}

interface HeadProps<T extends object> {
  readonly columns: readonly TableColumn<T>[];
  readonly sorting: SortingState;
  readonly onSort: (column: string) => void;
}

function Head<T extends object>({ columns, sorting, onSort }: HeadProps<T>) {
  return (
    <div role="row" aria-rowindex={1} className={styles['head']}>
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
              <button type="button" tabIndex={-1} className={styles['sort']} onClick={() => onSort(column.id)}>
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
  readonly index: number;
  readonly row: T;
  readonly columns: readonly TableColumn<T>[];
  readonly selected: boolean;
  readonly dim: boolean;
  readonly onSelect: () => void;
}

function RowView<T extends object>({ id, index, row, columns, selected, dim, onSelect }: RowViewProps<T>) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cx(styles['row'], selected && styles['selected'], dim && styles['dim'])}
      style={{ top: index * ROW_HEIGHT }}
      onClick={onSelect}
    >
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

/** A grid of rows of one height, sortable, drawn as far as it is seen, worked by keyboard. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, rows, rowId, selectedId = null, onSelect, dim } = props;
  const { table, sorting, sorted } = useSorted({ columns, rows, rowId });
  const prefix = useId();
  const view = useVirtualRows({ count: sorted.length, rowHeight: ROW_HEIGHT, headerHeight: HEAD_HEIGHT });
  const selectedIndex = sorted.findIndex((row) => row.id === selectedId);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const key = listKey(event);
    if (key === undefined) return;
    if (key === 'list-clear') onSelect?.(null);
    const next = movedIndex(key, { index: selectedIndex, count: sorted.length, rowsPerPage: view.rowsPerPage });
    if (next === undefined) return;
    event.preventDefault();
    onSelect?.(sorted[next]?.id ?? null);
    view.reveal(next);
  };

  return (
    <div className={styles['frame']}>
      <div
        ref={view.scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={selectedIndex < 0 ? undefined : `${prefix}-${sorted[selectedIndex]?.id}`}
        tabIndex={0}
        className={styles['scroller']}
        onKeyDown={onKeyDown}
      >
        <Head columns={columns} sorting={sorting} onSort={(column) => table.getColumn(column)?.toggleSorting()} />
        <div role="rowgroup" className={styles['body']} style={{ height: sorted.length * ROW_HEIGHT }}>
          {sorted.slice(view.range.first, view.range.end).map((row, offset) => (
            <RowView
              key={row.id}
              id={`${prefix}-${row.id}`}
              index={view.range.first + offset}
              row={row.original}
              columns={columns}
              selected={row.id === selectedId}
              dim={dim?.(row.original) === true}
              onSelect={() => onSelect?.(row.id)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
