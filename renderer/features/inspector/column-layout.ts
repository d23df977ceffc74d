import { useMemo } from 'react';
import { usePreferences } from '../../state/preferences.ts';
import { useCustomColumns } from '../../state/custom-columns.ts';
import type { DefinedColumn } from '../../state/custom-columns.ts';
import { EXCHANGE_COLUMNS, MIN_COLUMN_WIDTH, WATERFALL } from './columns.tsx';
import type { ExchangeColumn } from './columns.tsx';
import { inOrder, moved } from './column-order.ts';
import { customColumn } from './custom-column.tsx';

export interface SizedColumn extends ExchangeColumn {
  readonly px: number;
  /** The same object for all rows. */
  readonly style: { readonly width: number };
}

interface ColumnLayout {
  readonly columns: readonly SizedColumn[];
  readonly waterfall: boolean;
  /** Of all but the waterfall. */
  readonly width: number;
}

/** Every column of the list, as they come. */
function allColumns(custom: readonly DefinedColumn[]): readonly ExchangeColumn[] {
  return [...EXCHANGE_COLUMNS, ...custom.map(customColumn)];
}

/** The columns that are shown, in the order and with the widths that were chosen: the same object until one of these changes. */
export function useColumnLayout(): ColumnLayout {
  const hidden = usePreferences((state) => state.hiddenColumns);
  const widths = usePreferences((state) => state.columnWidths);
  const order = usePreferences((state) => state.columnOrder);
  const custom = useCustomColumns((state) => state.defined);
  return useMemo(() => {
    const columns = inOrder(allColumns(custom), order)
      .filter((column) => !hidden.includes(column.id))
      .map((column) => {
        const px = widths[column.id] ?? column.width;
        return { ...column, px, style: { width: px } };
      });
    const width = columns.reduce((sum, column) => sum + column.px, 0);
    return { columns, waterfall: !hidden.includes(WATERFALL.id), width };
  }, [hidden, widths, order, custom]);
}

export function resizeColumn(id: string, width: number): void {
  usePreferences.setState((state) => ({
    columnWidths: { ...state.columnWidths, [id]: Math.max(MIN_COLUMN_WIDTH, Math.round(width)) },
  }));
}

/** Puts a column where another one is; that one gives way towards where it came from. */
export function moveColumn(id: string, target: string): void {
  usePreferences.setState(({ columnOrder }) => {
    const ids = inOrder(allColumns(useCustomColumns.getState().defined), columnOrder).map((column) => column.id);
    return { columnOrder: moved(ids, id, target) };
  });
}

export function showColumn(id: string, shown: boolean): void {
  usePreferences.setState(({ hiddenColumns }) => ({
    hiddenColumns: shown ? hiddenColumns.filter((hidden) => hidden !== id) : [...hiddenColumns, id],
  }));
}

/** Every column as it was at first. */
export function resetColumns(hidden: readonly string[]): void {
  usePreferences.setState({ hiddenColumns: hidden, columnWidths: {}, columnOrder: [] });
}
