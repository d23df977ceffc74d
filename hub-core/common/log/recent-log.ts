/** One line of a log, as it is shown to people. */
export interface LogLine {
  /** Grows by one with each line. */
  readonly number: number;
  /** Wall time, ms since 1970. */
  readonly atMs: number;
  readonly level: LogLineLevel;
  /** Part of the program, '' for none. */
  readonly module: string;
  readonly text: string;
  /** What else the line says, `name=value`, separated by spaces. */
  readonly details: string;
}

const LOG_LINE_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
type LogLineLevel = (typeof LOG_LINE_LEVELS)[number];

const MAX_LINES = 1_000;
const MAX_DETAILS = 2_000;
/** Levels in JSON are 10 for trace, 20, … 50 for error, and above for what is worse. */
const LEVEL_STEP = 10;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function detailOf(name: string, value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value;
  return `${name}=${textOf(isError ? value.message : value)}`;
}

function toLine(json: string, number: number): LogLine {
  const { level, time, module, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const place = Math.min(LOG_LINE_LEVELS.length, Math.max(1, Math.floor(Number(level) / LEVEL_STEP))) - 1;
  const details = Object.entries(fields).map(([name, value]) => detailOf(name, value));
  return {
    number,
    atMs: Number(time),
    level: LOG_LINE_LEVELS[place] ?? 'info',
    module: typeof module === 'string' ? module : '',
    text: textOf(msg),
    details: details.join(' ').slice(0, MAX_DETAILS),
  };
}

export interface LogExcerpt {
  readonly lines: LogLine[];
  /** Number of the newest line there is; 0 = none. */
  readonly last: number;
}

/** The last lines of a log, to be looked at while it is written. At most a thousand are kept, and none is read before it is asked for. */
export class RecentLog {
  #lines: string[] = [];
  #last = 0;

  /** @param json a line as it is written to a file, with its secrets taken out */
  add(json: string): void {
    this.#lines.push(json);
    this.#last += 1;
    if (this.#lines.length > 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
  }

  /** The newest lines behind that one, oldest first; all that are kept when the number is of an earlier log. */
  read(after: number): LogExcerpt {
    const behind = this.#last - (after > this.#last ? 0 : after);
    const newest = behind === 0 ? [] : this.#lines.slice(-Math.min(behind, MAX_LINES));
    const first = this.#last - newest.length + 1;
    return { lines: newest.map((json, place) => toLine(json, first + place)), last: this.#last };
  }
}
