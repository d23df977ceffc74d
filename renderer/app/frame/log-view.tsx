import { useEffect, useMemo, useState } from 'react';
import { LOG_LEVELS } from '../../../hub-core/console/contract/log-contract.ts';
import type { LogLine } from '../../../hub-core/console/contract/log-contract.ts';
import { useLog } from '../../state/log.ts';
import { readLogs } from '../../state/read-logs.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Select, TextInput } from '../../ui/field.tsx';
import { formatClock, plural } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import type { Tone } from '../../ui/status.tsx';
import { lineText, shownLines } from './log-lines.ts';
import type { ShownLine } from './log-lines.ts';
import styles from './dock.module.css';

const READ_EVERY_MS = 1_000;

const LEVEL_NAMES: Readonly<Record<LogLine['level'], string>> = {
  trace: 'Everything',
  debug: 'Debug and worse',
  info: 'Info and worse',
  warn: 'Warnings and errors',
  error: 'Errors',
};
const TONES: Readonly<Record<LogLine['level'], Tone>> = {
  trace: 'muted',
  debug: 'muted',
  info: 'info',
  warn: 'warn',
  error: 'error',
};

const COLUMNS: readonly TableColumn<ShownLine>[] = [
  { id: 'time', header: 'Time', width: 104, mono: true, cell: (line) => formatClock(line.atMs) },
  { id: 'level', header: 'Level', width: 84, cell: (line) => <Status tone={TONES[line.level]} word={line.level} /> },
  { id: 'source', header: 'Log', width: 64, cell: (line) => line.source },
  { id: 'module', header: 'Part', width: 120, cell: (line) => line.module },
  {
    id: 'text',
    header: 'What',
    width: 320,
    grow: true,
    cell: (line) => (
      <span title={line.details}>
        {line.text} <code>{line.details}</code>
      </span>
    ),
  },
];

/** Reads what came while the view is open. */
function useReadLogs(): void {
  useEffect(() => {
    const shown = new AbortController();
    const timer = window.setInterval(() => void readLogs(shown.signal), READ_EVERY_MS);
    void readLogs(shown.signal);
    return () => {
      window.clearInterval(timer);
      shown.abort();
    };
  }, []);
}

/** The last lines of the hub's threads and of the app around it, the newest first. */
export function LogView() {
  useReadLogs();
  const { hub, store, app } = useLog();
  const [level, setLevel] = useState<LogLine['level']>('info');
  const [text, setText] = useState('');
  const shown = useMemo(
    () => shownLines([...hub.lines, ...store.lines, ...app.lines], { level, text }).toReversed(),
    [hub, store, app, level, text],
  );
  return (
    <div className={styles['log']}>
      <div className={styles['tools']}>
        <Select
          aria-label="Level"
          value={level}
          onChange={(event) => setLevel(LOG_LEVELS.find((each) => each === event.target.value) ?? 'info')}
        >
          {LOG_LEVELS.map((each) => (
            <option key={each} value={each}>
              {LEVEL_NAMES[each]}
            </option>
          ))}
        </Select>
        <TextInput
          type="search"
          aria-label="Filter the log"
          placeholder="Filter the log"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span role="status">{plural(shown.length, 'line')}</span>
        <CopyButton labelled what="log" text={() => shown.toReversed().map(lineText).join('\n')} />
      </div>
      {shown.length === 0 ? (
        <EmptyState title="No lines">What the hub and the app log appears here, without secrets.</EmptyState>
      ) : (
        <DataTable
          label="Log"
          columns={COLUMNS}
          rows={shown}
          rowId={({ source, number, atMs }) => `${source} ${number} ${atMs}`}
        />
      )}
    </div>
  );
}
