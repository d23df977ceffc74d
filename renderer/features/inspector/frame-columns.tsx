import { ArrowDownToLine, ArrowUpFromLine } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { formatBytes, formatClock } from '../../ui/format.ts';
import { flagWords, frameIdText } from './frame-text.ts';

export interface FrameColumn {
  readonly id: string;
  readonly header: string;
  readonly width: number;
  readonly align?: 'end';
  readonly mono?: boolean;
  readonly cell: (row: FrameRow) => ReactNode;
}

function Direction({ direction }: Pick<FrameRow, 'direction'>) {
  const [Icon, name] = direction === 'in' ? [ArrowDownToLine, 'to the hub'] : [ArrowUpFromLine, 'from the hub'];
  return (
    <span title={name}>
      <Icon size={14} role="img" aria-label={name} /> {direction}
    </span>
  );
}

export const FRAME_COLUMNS: readonly FrameColumn[] = [
  { id: 'number', header: '#', width: 80, align: 'end', cell: (row) => row.number },
  { id: 'time', header: 'Time', width: 104, mono: true, cell: (row) => formatClock(row.atMs) },
  { id: 'connection', header: 'Connection', width: 104, cell: (row) => row.connection },
  { id: 'direction', header: 'Direction', width: 84, cell: (row) => <Direction direction={row.direction} /> },
  {
    id: 'frame',
    header: 'Frame',
    width: 160,
    cell: (row) => (
      <>
        <b>{row.kind}</b> {row.method}
      </>
    ),
  },
  { id: 'status', header: 'Status', width: 72, align: 'end', cell: (row) => (row.status === 0 ? '' : row.status) },
  { id: 'id', header: 'Id', width: 84, align: 'end', mono: true, cell: (row) => frameIdText(row.id) },
  {
    id: 'size',
    header: 'Size',
    width: 84,
    align: 'end',
    cell: (row) => (row.bytes === 0 ? '' : formatBytes(row.bytes)),
  },
  { id: 'flags', header: 'Flags', width: 140, cell: (row) => flagWords(row.flags) },
  {
    id: 'exchange',
    header: 'Exchange',
    width: 96,
    align: 'end',
    cell: (row) => (row.exchange === null ? '' : `#${row.exchange}`),
  },
];
