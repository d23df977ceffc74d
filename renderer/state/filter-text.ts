/**
 * Changes to the text of a filter, made by chips, menus and the time strip: always by whole terms, so that what a person
 * wrote beside them stays as it is.
 */
import { tokenize } from '../../hub-core/common/query/tokenize.ts';
import { filterValue } from '../../hub-core/common/query/complete-query.ts';

type Token = ReturnType<typeof tokenize>[number];

const isOr = (token: Token): boolean => token.kind === 'word' && token.text === 'OR';

/** Null while a quote is open: the text is no filter yet. */
function tokensOf(text: string): readonly Token[] | null {
  try {
    return tokenize(text);
  } catch {
    return null;
  }
}

/** A filter's outermost terms, which must all hold; null when they are joined by OR, or cannot be told apart. */
export function filterTerms(text: string): readonly string[] | null {
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const terms: { start: number; end: number }[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && isOr(token)) return null;
    const last = terms.at(-1);
    const goesOn = depth > 0 || token.start === last?.end;
    if (last !== undefined && goesOn) last.end = token.end;
    else terms.push({ start: token.start, end: token.end });
    if (token.kind === '(') depth += 1;
    if (token.kind === ')') depth -= 1;
  }
  return depth === 0 ? terms.map(({ start, end }) => text.slice(start, end)) : null;
}

/** Among the terms that must all hold. */
export const hasTerm = (text: string, term: string): boolean => filterTerms(text)?.includes(term) ?? false;

/** The filter that also asks for `term`. */
export function withTerm(text: string, term: string): string {
  if (text.trim() === '') return term;
  const terms = filterTerms(text);
  if (terms === null) return `(${text.trim()}) ${term}`;
  return terms.includes(term) ? text : `${text.trim()} ${term}`;
}

export function withoutTerm(text: string, term: string): string {
  const terms = filterTerms(text);
  return terms === null ? text : terms.filter((known) => known !== term).join(' ');
}

/** `key:value`, quoted where it must be; with a dash in front it is what must not be. */
export const termOf = (key: string, value: string): string => `${key}:${filterValue(value)}`;

const TIME_TERM = /^(?:after|before|last)[:=]/i;

/** Local time to the millisecond, as `after:` and `before:` take it. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day}T${time}.${pad(date.getMilliseconds(), 3)}`;
}

/** The filter without what it says about times. */
export function withoutTimes(text: string): string {
  const terms = filterTerms(text);
  return terms === null ? text : terms.filter((term) => !TIME_TERM.test(term)).join(' ');
}

/**
 * The filter for what arrived from `fromMs` on and before `toMs`, in place of the times that it had.
 *
 * @param fromMs wall time, to the millisecond below
 * @param toMs wall time, to the millisecond above
 */
export function withTimes(text: string, fromMs: number, toMs: number): string {
  const range = `after:${timeText(Math.floor(fromMs))} before:${timeText(Math.ceil(toMs))}`;
  return withTerm(withoutTimes(text), range);
}
