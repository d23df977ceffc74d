import { useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import type { SortingState } from '@tanstack/react-table';
import { HEAD_HEIGHT, Head, ROW_HEIGHT, RowView } from './data-table-rows.tsx';
import type { TableColumn } from './data-table-rows.tsx';
import { actKey, listKey, movedIndex } from './keys.ts';
import type { ActKeyId } from './keys.ts';
import { focusPaneAfter } from './panes.ts';
import { markedRange, withToggled } from './row-marks.ts';
import type { RowMarks } from './row-marks.ts';
import { useVirtualRows } from './use-virtual-rows.ts';
import styles from './data-table.module.css';

export type { TableColumn };

interface DataTableProps<T extends object> {
  readonly label: string;
  readonly columns: readonly TableColumn<T>[];
  readonly rows: readonly T[];
  readonly rowId: (row: T) => string;
  readonly selectedId?: string | null;
  readonly onSelect?: (id: string | null) => void;
  readonly dim?: (row: T) => boolean;
  /** Rows that are chosen together; without `onMark` there is only the one that is selected. */
  readonly marks?: RowMarks;
  readonly onMark?: (marks: RowMarks) => void;
  /** A key that does something to the selected row. */
  readonly onAct?: (key: ActKeyId, row: T) => void;
}

const NO_MARKS: RowMarks = new Set();
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

interface Choosing {
  readonly ids: readonly string[];
  readonly selectedIndex: number;
  readonly marks: RowMarks;
  readonly onMark: ((marks: RowMarks) => void) | undefined;
  readonly onSelect: ((id: string | null) => void) | undefined;
}

/** What keys and clicks choose: one row that is selected, and where several can be, those marked with it. */
function useChoosing({ ids, selectedIndex, marks, onMark, onSelect }: Choosing) {
  /** Where a range that Shift extends began. */
  const anchor = useRef(-1);
  const toggle = (index: number): void => {
    const id = ids[index];
    if (id === undefined || onMark === undefined) return;
    anchor.current = index;
    onMark(withToggled(marks, id));
  };
  const select = (index: number, extend: boolean): void => {
    if (extend && onMark !== undefined) {
      if (anchor.current < 0) anchor.current = Math.max(0, selectedIndex);
      onMark(markedRange(ids, anchor.current, index));
    } else anchor.current = index;
    onSelect?.(ids[index] ?? null);
  };
  return {
    toggle,
    select,
    click(event: MouseEvent, index: number): void {
      if (event.ctrlKey || event.metaKey) toggle(index);
      else select(index, event.shiftKey);
    },
    /** @returns whether the key marks */
    byKey(event: KeyboardEvent): boolean {
      if (onMark === undefined) return false;
      const all = event.key === 'a' && (event.ctrlKey || event.metaKey);
      if (!all && listKey(event) !== 'list-space') return false;
      event.preventDefault();
      if (all) onMark(new Set(ids));
      else toggle(selectedIndex);
      return true;
    },
    /** First what is marked, then what is selected. */
    clear(): void {
      anchor.current = -1;
      if (marks.size > 0) onMark?.(NO_MARKS);
      else onSelect?.(null);
    },
  };
}

/** A grid of rows of one height, sortable, drawn as far as it is seen, worked by keyboard. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, columns, rows, rowId, selectedId = null, onSelect, dim, marks = NO_MARKS, onMark, onAct } = props;
  const { table, sorting, sorted } = useSorted({ columns, rows, rowId });
  const prefix = useId();
  const view = useVirtualRows({ count: sorted.length, rowHeight: ROW_HEIGHT, headerHeight: HEAD_HEIGHT });
  const selectedIndex = sorted.findIndex((row) => row.id === selectedId);
  const ids = useMemo(() => sorted.map((row) => row.id), [sorted]);
  const choosing = useChoosing({ ids, selectedIndex, marks, onMark, onSelect });

  const acted = (event: KeyboardEvent): boolean => {
    const act = onAct === undefined ? undefined : actKey(event);
    const row = sorted[selectedIndex]?.original;
    if (act === undefined || row === undefined) return false;
    event.preventDefault();
    onAct?.(act, row);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (choosing.byKey(event) || acted(event)) return;
    const key = listKey(event);
    if (key === undefined) return;
    if (key === 'list-clear') choosing.clear();
    if (key === 'list-open' && selectedIndex >= 0) {
      // Else the key would press what has the focus then.
      event.preventDefault();
      focusPaneAfter(event.currentTarget);
    }
    const next = movedIndex(key, { index: selectedIndex, count: sorted.length, rowsPerPage: view.rowsPerPage });
    if (next === undefined) return;
    event.preventDefault();
    choosing.select(next, event.shiftKey);
    view.reveal(next);
  };

  return (
    <div className={styles['frame']}>
      <div
        ref={view.scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-colcount={columns.length + (onMark === undefined ? 0 : 1)}
        aria-multiselectable={onMark !== undefined}
        aria-activedescendant={selectedIndex < 0 ? undefined : `${prefix}-${sorted[selectedIndex]?.id}`}
        tabIndex={0}
        className={styles['scroller']}
        onKeyDown={onKeyDown}
      >
        <Head
          columns={columns}
          sorting={sorting}
          marks={onMark !== undefined}
          onSort={(column) => table.getColumn(column)?.toggleSorting()}
        />
        <div role="rowgroup" className={styles['body']} style={{ height: sorted.length * ROW_HEIGHT }}>
          {sorted.slice(view.range.first, view.range.end).map((row, offset) => (
            <RowView
              key={row.id}
              id={`${prefix}-${row.id}`}
              name={row.id}
              index={view.range.first + offset}
              row={row.original}
              columns={columns}
              selected={row.id === selectedId}
              marked={onMark === undefined ? undefined : marks.has(row.id)}
              dim={dim?.(row.original) === true}
              onClick={(event) => choosing.click(event, view.range.first + offset)}
              onToggle={() => choosing.toggle(view.range.first + offset)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
