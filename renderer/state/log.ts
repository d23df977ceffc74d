import { create } from 'zustand';
import type { LogLine } from '../../hub-core/console/contract/log-contract.ts';

/** Threads of the hub, and the desktop app around it. */
export type LogSource = 'hub' | 'store' | 'app';

export interface SourcedLine extends LogLine {
  readonly source: LogSource;
}

/** Of each source: as many as the hub keeps. */
const MAX_LINES = 1_000;

export interface SourceLog {
  readonly lines: readonly SourcedLine[];
  readonly last: number;
}

type LogState = Readonly<Record<LogSource, SourceLog>>;

const EMPTY: SourceLog = { lines: [], last: 0 };

export const useLog = create<LogState>()(() => ({ hub: EMPTY, store: EMPTY, app: EMPTY }));

/** What is known of a log, after more of it was read. One that was begun anew goes on behind what was there. */
export function joined(
  known: SourceLog,
  source: LogSource,
  read: { lines: readonly LogLine[]; last: number },
): SourceLog {
  if (read.lines.length === 0) return { lines: known.lines, last: read.last };
  const more = read.lines.map((line): SourcedLine => ({ ...line, source }));
  return { lines: [...known.lines, ...more].slice(-MAX_LINES), last: read.last };
}

/** A hub that is busy or out of reach answers late: what comes twice would be shown twice. */
const reading = new Set<LogSource>();

/** Reads what a log has more by now, unless it is being read. */
export async function readLog(
  source: LogSource,
  from: (input: { after: number }) => Promise<{ lines: readonly LogLine[]; last: number }>,
): Promise<void> {
  if (reading.has(source)) return;
  reading.add(source);
  try {
    const more = await from({ after: useLog.getState()[source].last });
    useLog.setState((state) => ({ [source]: joined(state[source], source, more) }));
  } finally {
    reading.delete(source);
  }
}
