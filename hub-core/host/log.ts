import { writeSync } from 'node:fs';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { LogFields, Logger } from '../common/log/logger.ts';
import type { RecentLog } from '../common/log/recent-log.ts';
import { RotatingFile } from './rotating-file.ts';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogOptions {
  readonly level: LogLevel;
  /** One readable line each, instead of JSON. */
  readonly readable: boolean;
  /** Takes finished lines; default: standard error, from any thread. */
  readonly write?: ((line: string) => void) | undefined;
  /** Also appended to, rotated; undefined = none. Each process and thread needs one of its own. */
  readonly file?: string | undefined;
  /** Also added to, from {@link RECENT_LEVEL} on whatever `level` is: who looks at it wants to see what led there. */
  readonly recent?: RecentLog | undefined;
}

/** What of a secret may be seen: which one it was. Keys of clients, tokens of console links and of logins, bearer headers. */
const SECRETS: readonly (readonly [secret: RegExp, shown: string])[] = [
  [/\b(whub_[A-Za-z0-9]+_)[A-Za-z0-9_-]{43}/g, '$1[redacted]'],
  [/([?&]token=)[A-Za-z0-9_-]+/g, '$1[redacted]'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, '[redacted]'],
  [/\b(Bearer +)[A-Za-z0-9._~+/=-]+/gi, '$1[redacted]'],
];

/** Takes secrets out of a line, wherever they got into it. The last resort: nothing should log one in the first place. */
export function redact(line: string): string {
  return SECRETS.reduce((text, [secret, shown]) => text.replace(secret, shown), line);
}

/** The least that is kept to be looked at. */
const RECENT_LEVEL = 'info';

const LEVEL_WORDS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** `12:30:01 warn  [capture] text (service=math, status=502)` */
function toReadable(line: string): string {
  const { level, time, msg, module, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const cause = typeof error === 'object' && error !== null && 'message' in error ? { error: error.message } : {};
  const details = Object.entries({ ...fields, ...cause }).map(([name, value]) => `${name}=${String(value)}`);
  const from = typeof module === 'string' ? ` [${module}]` : '';
  const tail = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${clock} ${(LEVEL_WORDS[Number(level)] ?? '').padEnd(5)}${from} ${String(msg)}${tail}\n`;
}

/** Writes straight to the descriptor: a worker's `process.stderr` goes through the main thread and is lost when that is busy. */
function writeStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    // Nobody reads the other end of a pipe, or it is full for now: a log line is not worth a stop.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EPIPE' && code !== 'EAGAIN') throw error;
  }
}

/** The hub's log: pino's lines behind our {@link Logger}. */
export function createLogger({ level, readable, write = writeStandardError, file: path, recent }: LogOptions): Logger {
  const file = path === undefined ? undefined : new RotatingFile({ path });
  const least = numberOf(level);
  const destination: DestinationStream = {
    write: (line) => {
      const safe = redact(line);
      recent?.add(safe);
      if (recent !== undefined && levelOfLine(line) < least) return;
      write(readable ? redact(toReadable(line)) : safe);
      file?.write(safe);
    },
  };
  const taken = recent === undefined || least < numberOf(RECENT_LEVEL) ? level : RECENT_LEVEL;
  const logger = pino({ level: taken, base: null, serializers: { error: pino.stdSerializers.err } }, destination);
  return wrap(logger);
}

/** `silent` is above all. */
const numberOf = (level: LogLevel): number => pino.levels.values[level] ?? Number.POSITIVE_INFINITY;

/** pino's lines begin with their level. */
const LINE_START = '{"level":';
const levelOfLine = (line: string): number => Number.parseInt(line.slice(LINE_START.length), 10);

function wrap(logger: PinoLogger): Logger {
  return {
    error: (fields, text) => logger.error(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    info: (fields, text) => logger.info(fields, text),
    debug: (fields, text) => logger.debug(fields, text),
    trace: (fields, text) => logger.trace(fields, text),
    child: (fields: LogFields) => wrap(logger.child(fields)),
  };
}
