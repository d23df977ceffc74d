// What benchmarks read from their command line and of processes, and how they print what they found.
import { readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat a second, on every Linux that Node runs on. */
const TICKS = 100;

/** @returns a function that reads a flag as a number above 0 */
export const numbersOf = (values) => (name) => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`Cannot use --${name} "${values[name]}": give a number above 0`);
};

/** @param {number[]} sorted ascending @param {number} share 0 to 1 */
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const column = (text, width = 12) => String(text).padStart(width);

/** @returns {number} seconds of processor time that the process has used, all its threads together */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
