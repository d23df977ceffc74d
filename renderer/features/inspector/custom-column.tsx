import type { ColumnCell } from '../../../hub-core/console/contract/columns-contract.ts';
import { listColumnId } from '../../state/custom-columns.ts';
import type { DefinedColumn } from '../../state/custom-columns.ts';
import { cellTitle, columnTerm } from './column-text.ts';
import type { ExchangeColumn } from './columns.tsx';
import { narrow } from './row-actions.ts';
import styles from './exchange-grid.module.css';

interface CustomValueProps {
  readonly column: DefinedColumn;
  readonly cell: Exclude<ColumnCell, { kind: 'none' }>;
}

function CustomValue({ column, cell }: CustomValueProps) {
  return (
    <span
      className={styles['custom']}
      data-kind={cell.kind}
      onMouseDown={(event) => {
        const term = columnTerm(column, cell);
        if (!event.altKey || event.button !== 0 || term === undefined) return;
        // The row stays as it is: it is not selected.
        event.stopPropagation();
        narrow(term);
      }}
    >
      {cell.text}
    </span>
  );
}

/** A custom column as the list shows it. */
export function customColumn(column: DefinedColumn): ExchangeColumn {
  const { id, name } = column;
  return {
    id: listColumnId(id),
    header: name,
    width: 120,
    title: ({ cells }) => {
      const cell = cells?.[id];
      return cell === undefined ? '' : cellTitle(cell, columnTerm(column, cell) !== undefined);
    },
    cell: ({ cells }) => {
      const cell = cells?.[id];
      return cell === undefined || cell.kind === 'none' ? null : <CustomValue column={column} cell={cell} />;
    },
  };
}
