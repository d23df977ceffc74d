import { ArrowLeftRight, Globe, MessageSquare, SquareTerminal } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { sortColumnSchema } from '../../../hub-core/console/contract/browse-contract.ts';
import type { RowSort } from '../../../hub-core/console/contract/browse-contract.ts';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { exchangeStatus } from '../../ui/exchange-status.ts';
import { formatBytes, formatMs } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { timeText } from './time-text.ts';
import type { TimeContext } from './time-text.ts';
import styles from './exchange-grid.module.css';

export interface ExchangeColumn {
  readonly id: string;
  readonly header: string;
  /** Before anyone dragged it. */
  readonly width: number;
  readonly align?: 'end';
  readonly mono?: boolean;
  /** In menus, where the header is too short to say it. */
  readonly name?: string;
  /** Its texts are short: at this width or more none is ever cut. */
  readonly whole?: true;
  /** What is said of the cell when the pointer rests on it. */
  readonly title?: (row: ExchangeRow) => string;
  readonly cell: (row: ExchangeRow, time: TimeContext) => ReactNode;
}

const VIA = { socket: 'over a socket', http: 'over HTTP', console: 'from the console' } as const;

const kind = (Icon: LucideIcon, name: string): ReactElement => <Icon size={14} role="img" aria-label={name} />;

/** Elements that are made once: React looks no further at one that is the same as before. */
const KINDS: Readonly<Record<ExchangeRow['via'], ReactElement>> = {
  socket: kind(ArrowLeftRight, VIA.socket),
  http: kind(Globe, VIA.http),
  console: kind(SquareTerminal, VIA.console),
};

const providerText = (row: ExchangeRow): string => (row.provider === '' ? '–' : row.providerClient || row.provider);

function StatusCell({ row }: { readonly row: ExchangeRow }) {
  const { tone, word } = exchangeStatus(row);
  return <Status tone={tone} word={word} title={row.error === '' ? undefined : row.error} />;
}

const tagWords = ({ tags, traits }: ExchangeRow): readonly string[] => [
  ...tags,
  ...traits.filter((trait) => trait.startsWith('is:')).map((trait) => trait.slice(3)),
];

function tagsCell(row: ExchangeRow): ReactNode {
  const { mark, comment } = row;
  const words = tagWords(row);
  // Most rows have none, and are drawn without a box for them.
  if (mark === 0 && comment === '') return words.join(', ');
  return (
    <span className={styles['tags']}>
      {mark === 0 ? null : (
        <span className={styles['mark']} data-mark={mark} role="img" aria-label={`Mark ${String(mark)}`}>
          {mark}
        </span>
      )}
      {comment === '' ? null : <MessageSquare size={12} role="img" aria-label="Comment" />}
      {words.join(', ')}
    </span>
  );
}

export const EXCHANGE_COLUMNS: readonly ExchangeColumn[] = [
  { id: 'seq', header: '#', name: 'Number', width: 72, align: 'end', whole: true, cell: (row) => row.seq },
  { id: 'time', header: 'Time', width: 104, mono: true, whole: true, cell: (row, time) => timeText(row.atMs, time) },
  {
    id: 'kind',
    header: '⇄',
    name: 'Kind',
    width: 28,
    whole: true,
    title: (row) => `Request ${VIA[row.via]}`,
    cell: (row) => KINDS[row.via],
  },
  {
    id: 'route',
    header: 'Service and route',
    width: 240,
    title: (row) => `${row.method} ${row.uri}`,
    cell: (row) => (
      <>
        <b>{row.method}</b> {row.uri}
      </>
    ),
  },
  { id: 'from', header: 'From', width: 140, cell: (row) => row.from },
  { id: 'to', header: 'To', width: 140, title: (row) => row.provider, cell: providerText },
  { id: 'transport', header: 'Transport', width: 84, whole: true, cell: (row) => row.transport },
  { id: 'status', header: 'Status', width: 104, cell: (row) => <StatusCell row={row} /> },
  {
    id: 'duration',
    header: 'Duration',
    width: 84,
    align: 'end',
    whole: true,
    cell: (row) => (row.durationMs === null ? '' : formatMs(row.durationMs)),
  },
  {
    id: 'requestBytes',
    header: 'Request',
    name: 'Request size',
    width: 72,
    align: 'end',
    whole: true,
    cell: (row) => formatBytes(row.requestBytes),
  },
  {
    id: 'replyBytes',
    header: 'Reply',
    name: 'Reply size',
    width: 72,
    align: 'end',
    whole: true,
    cell: (row) => (row.outcome === null ? '' : formatBytes(row.replyBytes)),
  },
  {
    id: 'tags',
    header: 'Tags',
    width: 120,
    title: (row) => [row.comment, ...tagWords(row)].filter((text) => text !== '').join(', '),
    cell: tagsCell,
  },
];

const SORT_COLUMNS: ReadonlySet<string> = new Set(sortColumnSchema.options);

/** What the store sorts by when that column is clicked; undefined where it does not. */
export function sortColumnOf(id: string): RowSort['column'] | undefined {
  if (id === 'tags') return 'mark';
  if (id.startsWith('custom:')) return id as `custom:${string}`;
  return SORT_COLUMNS.has(id) ? (id as RowSort['column']) : undefined;
}

export const WATERFALL = { id: 'waterfall', header: 'Waterfall', width: 160 } as const;
export const MIN_COLUMN_WIDTH = 28;
