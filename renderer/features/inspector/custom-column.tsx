import type { ColumnCell } from '../../../hub-core/console/contract/columns-contract.ts';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { listColumnId } from '../../state/custom-columns.ts';
import type { DefinedColumn } from '../../state/custom-columns.ts';
import { cellTitle, columnTerm } from './column-text.ts';
import type { ExchangeColumn } from './columns.tsx';
import { narrow } from './row-actions.ts';
import styles from './exchange-grid.module.css';

interface CustomCellProps {
  readonly column: DefinedColumn;
  readonly cell: ColumnCell;
}

function CustomCell({ column, cell }: CustomCellProps) {
  const term = columnTerm(column, cell);
  return (
    <span
      className={styles['custom']}
      data-kind={cell.kind}
      title={cellTitle(cell, term !== undefined)}
      onMouseDown={(event) => {
        if (!event.altKey || event.button !== 0 || term === undefined) return;
        // The row stays as it is: it is not selected.
        event.stopPropagation();
        narrow(term);
      }}
    >
      {cell.kind === 'none' ? '' : cell.text}
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
    cell: ({ cells }: ExchangeRow) => {
      const cell = cells?.[id];
      return cell === undefined ? '' : <CustomCell column={column} cell={cell} />;
    },
  };
}
