const numbers = new Intl.NumberFormat('en-US');
const exact = new Intl.NumberFormat('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1204` → `1,204`. */
export const formatCount = (value: number): string => numbers.format(Math.round(value));

/** A rate: whole from 10 on, one decimal below. */
export function formatRate(value: number): string {
  return value >= 10 ? formatCount(value) : value.toFixed(1).replace(/\.0$/, '');
}

/** Of a hundred, one decimal where it says something: `0 %`, `0.3 %`, `12 %`, `100 %`. */
export const formatPercent = (percent: number): string => `${percent.toFixed(percent > 0 && percent < 9.95 ? 1 : 0)} %`;

/** Decimal units, three significant digits: `0 B`, `812 B`, `1.24 KB`, `18.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** A duration in ms: `0.42 ms`, `12.3 ms`, `1.20 s`, `2 m 05 s`; null is a dash. */
export function formatMs(ms: number | null): string {
  if (ms === null) return '–';
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  return formatAge(ms);
}

/** A duration to the microsecond, where parts shall add up: `0.082 ms`, `1,204.310 ms`. */
export const formatExactMs = (ms: number): string => `${exact.format(ms)} ms`;

/** How long something lasts, coarse: `4 s`, `2 m 05 s`, `3 h 12 m`, `5 d 04 h`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** Local wall time with milliseconds: `14:03:22.418`. */
export function formatClock(wallMs: number): string {
  const date = new Date(wallMs);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

/** Local date and time to the second: `2026-11-24 14:03:22`. */
export function formatDateTime(wallMs: number): string {
  const date = new Date(wallMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${formatClock(wallMs).slice(0, 8)}`;
}

/** `1 row`, `2 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** What a caught value says, for showing to people. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
