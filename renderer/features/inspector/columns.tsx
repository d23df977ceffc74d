import { ArrowLeftRight, Globe, SquareTerminal } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { exchangeStatus } from '../../ui/exchange-status.ts';
import { formatBytes, formatClock, formatMs } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';

export interface ExchangeColumn {
  readonly id: string;
  readonly header: string;
  /** Before anyone dragged it. */
  readonly width: number;
  readonly align?: 'end';
  readonly mono?: boolean;
  readonly cell: (row: ExchangeRow) => ReactNode;
}

const VIA = {
  socket: { icon: ArrowLeftRight, name: 'over a socket' },
  http: { icon: Globe, name: 'over HTTP' },
  console: { icon: SquareTerminal, name: 'from the console' },
} as const;

function Kind({ via }: Pick<ExchangeRow, 'via'>) {
  const { icon: Icon, name } = VIA[via];
  return (
    <span title={`Request ${name}`}>
      <Icon size={14} role="img" aria-label={name} />
    </span>
  );
}

const providerText = (row: ExchangeRow): string => (row.provider === '' ? '–' : row.providerClient || row.provider);

function StatusCell({ row }: { readonly row: ExchangeRow }) {
  const { tone, word } = exchangeStatus(row);
  return <Status tone={tone} word={word} title={row.error === '' ? undefined : row.error} />;
}

export const EXCHANGE_COLUMNS: readonly ExchangeColumn[] = [
  { id: 'seq', header: '#', width: 72, align: 'end', cell: (row) => row.seq },
  { id: 'time', header: 'Time', width: 104, mono: true, cell: (row) => formatClock(row.atMs) },
  { id: 'kind', header: '⇄', width: 28, cell: (row) => <Kind via={row.via} /> },
  {
    id: 'route',
    header: 'Service and route',
    width: 240,
    cell: (row) => (
      <span title={`${row.method} ${row.uri}`}>
        <b>{row.method}</b> {row.uri}
      </span>
    ),
  },
  { id: 'from', header: 'From', width: 140, cell: (row) => row.from },
  { id: 'to', header: 'To', width: 140, cell: (row) => <span title={row.provider}>{providerText(row)}</span> },
  { id: 'transport', header: 'Transport', width: 84, cell: (row) => row.transport },
  { id: 'status', header: 'Status', width: 104, cell: (row) => <StatusCell row={row} /> },
  {
    id: 'duration',
    header: 'Duration',
    width: 84,
    align: 'end',
    cell: (row) => (row.durationMs === null ? '' : formatMs(row.durationMs)),
  },
  { id: 'requestBytes', header: 'Req', width: 72, align: 'end', cell: (row) => formatBytes(row.requestBytes) },
  {
    id: 'replyBytes',
    header: 'Reply',
    width: 72,
    align: 'end',
    cell: (row) => (row.outcome === null ? '' : formatBytes(row.replyBytes)),
  },
];

export const WATERFALL = { id: 'waterfall', header: 'Waterfall', width: 160 } as const;
export const MIN_COLUMN_WIDTH = 28;
