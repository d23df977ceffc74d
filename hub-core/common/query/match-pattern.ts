import type { RegexCache } from './linear-regex.ts';
import { foldCase, type Comparison, type Pattern } from './query.ts';

/** Greedy with one point to come back to, so linear in practice and never worse than |pattern| × |text|. */
function matchesWild(pattern: string, text: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(text)];
  let [p, t] = [0, 0];
  let [starAt, resumeAt] = [-1, 0];
  while (t < given.length) {
    if (wanted[p] === '*') {
      [starAt, resumeAt] = [p, t];
      p += 1;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[t])) {
      p += 1;
      t += 1;
    } else if (starAt >= 0) {
      resumeAt += 1;
      [p, t] = [starAt + 1, resumeAt];
    } else {
      return false;
    }
  }
  while (wanted[p] === '*') p += 1;
  return p === wanted.length;
}

/** True when the whole value is the pattern, in either case of A to Z; for a regular expression, when it has a match. */
export function matchesPattern(pattern: Pattern, value: string, regexes: RegexCache): boolean {
  if ('regex' in pattern) return regexes.get(pattern.regex).test(value);
  const [wanted, given] = [foldCase(pattern.text), foldCase(value)];
  return pattern.wild ? matchesWild(wanted, given) : wanted === given;
}

/** @param difference below 0, 0 or above 0: how what is there compares with what is asked for */
export function passesComparison(operator: Comparison, difference: number): boolean {
  switch (operator) {
    case '=':
      return difference === 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
  }
}
