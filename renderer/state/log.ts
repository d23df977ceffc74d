import { create } from 'zustand';
import type { LogLine } from '../../hub-core/console/contract/log-contract.ts';
import { bridge } from './console.ts';

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

/** Reads what each log has more by now. Those that are out of reach are left as they are. */
export async function readLogs(signal: AbortSignal): Promise<void> {
  const { desktop } = bridge;
  const read = async (source: LogSource, from: typeof bridge.hub.log.read): Promise<void> => {
    const { last } = useLog.getState()[source];
    const more = await from({ after: last }, { signal });
    useLog.setState((state) => ({ [source]: joined(state[source], source, more) }));
  };
  await Promise.allSettled([
    read('hub', bridge.hub.log.read),
    read('store', bridge.capture.log),
    ...(desktop === undefined ? [] : [read('app', desktop.log)]),
  ]);
}
