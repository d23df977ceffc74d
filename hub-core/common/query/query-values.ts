import { assertRegex } from './linear-regex.ts';
import type { QueryKey } from './query-keys.ts';
import { QuerySyntaxError } from './query-syntax-error.ts';
import { isDecimal } from './decimal.ts';
import type { BodyTest, Comparison, JsonTest, NumberTest, Pattern, StatusTest } from './query.ts';
import type { Trait } from './traits.ts';
import type { ValueToken } from './tokenize.ts';

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** As lists show them: a KB is 1,000 bytes. */
const SIZE_UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

const errorAt = (value: ValueToken, message: string): QuerySyntaxError =>
  new QuerySyntaxError(message, { column: value.start + 1 });

/** How a value of that type is asked for where it is missing, and refused where it is wrong. */
export const VALUE_NAMES: Readonly<Record<QueryKey['type'], string>> = {
  text: 'value',
  number: 'number',
  duration: 'duration',
  size: 'size',
  status: 'status',
  time: 'time',
  age: 'duration',
  trait: 'word',
  json: 'path',
  body: 'text',
};

function scaled(value: ValueToken, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit = ''] =
    /^(\d{1,15}(?:\.\d{1,6})?)([a-z]*)$/i.exec(value.kind === 'word' ? value.text : '') ?? [];
  const scale = unit === '' ? units[''] : units[unit.toLowerCase()];
  return digits === undefined || scale === undefined ? undefined : Number(digits) * scale;
}

const NUMBER_KINDS = {
  number: { units: { '': 1 }, hint: 'write digits' },
  duration: { units: { ...DURATION_UNITS, '': 1 }, hint: 'write a number with ms, s, m or h, as in 50ms' },
  size: { units: { ...SIZE_UNITS, '': 1 }, hint: 'write a number with B, KB, MB or GB, as in 1MB' },
  age: { units: DURATION_UNITS, hint: 'write a number with its unit, ms, s, m, h or d, as in 5m' },
} as const;

/** @throws {QuerySyntaxError} */
export function numberValue(value: ValueToken, type: keyof typeof NUMBER_KINDS): number {
  const { units, hint } = NUMBER_KINDS[type];
  const found = scaled(value, units);
  if (found === undefined) throw errorAt(value, `"${value.text}" is no ${VALUE_NAMES[type]}: ${hint}`);
  return found;
}

/** @throws {QuerySyntaxError} */
export function numberTest(value: ValueToken, type: 'number' | 'duration' | 'size', operator: Comparison): NumberTest {
  return { operator, value: numberValue(value, type) };
}

/** @throws {QuerySyntaxError} */
export function statusTest(value: ValueToken, operator: Comparison): StatusTest {
  const text = value.text.toLowerCase();
  if (/^\d{1,5}$/.test(text)) return { kind: 'compare', operator, code: Number(text) };
  if (operator !== '=') throw errorAt(value, `"${value.text}" is no status to compare with: write a number`);
  if (text === 'ok' || text === 'error' || text === 'pending') return { kind: text };
  if (/^[1-9]xx$/.test(text)) return { kind: 'class', hundreds: Number(text.charAt(0)) };
  throw errorAt(value, `"${value.text}" is no status: write a number, 4xx, 5xx, ok, error or pending`);
}

/** @throws {QuerySyntaxError} */
export function traitValue(value: ValueToken, { key, words }: Extract<QueryKey, { type: 'trait' }>): Trait {
  const word = value.text.toLowerCase();
  if (!words.includes(word))
    throw errorAt(value, `"${value.text}" does not go with "${key}:": write ${words.join(', ')}`);
  return `${key}:${word}` as Trait;
}

/** A regular expression, checked. */
function regexSource(value: ValueToken): string {
  try {
    assertRegex(value.text);
    return value.text;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw errorAt(value, `"/${value.text}/" is no regular expression of RE2: ${reason}`);
  }
}

/** @throws {QuerySyntaxError} */
export function patternValue(value: ValueToken): Pattern {
  if (value.kind === 'regex') return { regex: regexSource(value) };
  return { text: value.text, wild: value.kind === 'word' };
}

const REGEX_CHARACTER = /[[\](){}+*?^$|\\]/;

/** @throws {QuerySyntaxError} */
export function bodyTest(value: ValueToken): BodyTest {
  if (value.kind === 'regex') return { regex: regexSource(value) };
  // A path may begin with a slash, too; nothing but an expression has these characters behind it.
  if (value.kind === 'word' && value.text.startsWith('/') && REGEX_CHARACTER.test(value.text))
    throw errorAt(
      value,
      'The closing slash of the regular expression is missing; quote the text to search for it as it is',
    );
  return { text: value.text };
}

/** @throws {QuerySyntaxError} */
export function jsonTest(value: ValueToken, operator: Comparison): JsonTest {
  if (value.kind === 'word' && isDecimal(value.text)) return { kind: 'decimal', operator, decimal: value.text };
  if (operator !== '=') throw errorAt(value, `"${value.text}" is no number to compare with: write digits`);
  if (value.kind === 'quoted') return { kind: 'string', text: value.text };
  return { kind: 'pattern', pattern: patternValue(value) };
}

/** A regular expression among the texts. @throws {QuerySyntaxError} */
export function textRegex(value: ValueToken): string {
  return regexSource(value);
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;
const TIME_OF_DAY = /^\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/**
 * `2026-11-28`, `2026-11-28T10:30`, with seconds and a zone if wanted, or `10:30` of today; local time without a zone.
 *
 * @returns ms since 1970
 * @throws {QuerySyntaxError}
 */
export function timeValue(value: ValueToken, nowMs: number): number {
  const today = new Date(nowMs);
  const date = `${String(today.getFullYear()).padStart(4, '0')}-${twoDigits(today.getMonth() + 1)}-${twoDigits(today.getDate())}`;
  const text = TIME_OF_DAY.test(value.text) ? `${date}T${value.text}` : value.text;
  const [, year = '', month = '', day = '', time = '00:00', zone = ''] = DATE.exec(text) ?? [];
  const atMs = year === '' ? Number.NaN : Date.parse(`${year}-${month}-${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(atMs))
    throw errorAt(value, `"${value.text}" is no time: write 10:30, 2026-11-28 or 2026-11-28T10:30:00`);
  return atMs;
}
