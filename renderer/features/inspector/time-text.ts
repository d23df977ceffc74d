import { formatClock } from '../../ui/format.ts';
import type { TimeMode } from '../../state/preferences.ts';

export interface TimeContext {
  readonly mode: TimeMode;
  /** Wall time of the store's earliest row; undefined while it is not known. */
  readonly startMs: number | undefined;
  /** Wall time of the row above; undefined for the first one, and while it is not here. */
  readonly aboveMs: number | undefined;
}

/** Seconds with milliseconds and a sign, with hours and minutes in front where there are any: `+1.250`, `+1:02:03.004`. */
function spanText(ms: number): string {
  const whole = Math.round(Math.abs(ms));
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3_600_000),
    Math.floor(whole / 60_000) % 60,
    Math.floor(whole / 1_000) % 60,
  ];
  const tail = `.${pad(whole % 1_000, 3)}`;
  const head =
    hours > 0
      ? `${String(hours)}:${pad(minutes, 2)}:${pad(seconds, 2)}`
      : minutes > 0
        ? `${String(minutes)}:${pad(seconds, 2)}`
        : String(seconds);
  return `${ms < 0 ? '−' : '+'}${head}${tail}`;
}

/** When a row arrived: the time of day, or since the first row, or since the row above it. */
export function timeText(atMs: number, { mode, startMs, aboveMs }: TimeContext): string {
  if (mode === 'clock') return formatClock(atMs);
  const from = mode === 'start' ? startMs : aboveMs;
  return from === undefined ? '' : spanText(atMs - from);
}
