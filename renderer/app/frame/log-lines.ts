import { LOG_LEVELS } from '../../../hub-core/console/contract/log-contract.ts';
import type { LogLine } from '../../../hub-core/console/contract/log-contract.ts';
import { formatDateTime } from '../../ui/format.ts';

/** Where a line is from, as far as showing it goes. */
export interface ShownLine extends LogLine {
  readonly source: string;
}

export interface LogFilter {
  /** The least that is shown. */
  readonly level: LogLine['level'];
  readonly text: string;
}

/** Lines of several logs in order of time, of that level or worse, with that text anywhere, in either case. */
export function shownLines(lines: readonly ShownLine[], { level, text }: LogFilter): readonly ShownLine[] {
  const least = LOG_LEVELS.indexOf(level);
  const wanted = text.trim().toLowerCase();
  return lines
    .filter((line) => LOG_LEVELS.indexOf(line.level) >= least)
    .filter((line) => lineText(line).toLowerCase().includes(wanted))
    .toSorted((one, other) => one.atMs - other.atMs);
}

/** A line as text, for the clipboard. */
export function lineText({ atMs, level, source, module, text, details }: ShownLine): string {
  const from = module === '' ? source : `${source}/${module}`;
  return `${formatDateTime(atMs)} ${level} [${from}] ${text}${details === '' ? '' : ` (${details})`}`;
}
