import { InvalidArgumentError } from 'commander';
import type { MethodWord } from '../client/node/index.ts';

const METHODS: readonly string[] = [
  'CALL',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
] satisfies MethodWord[];

/** @throws {InvalidArgumentError} unless it is a method, in any case */
export function parseMethodArgument(text: string): MethodWord {
  const word = text.toUpperCase();
  if (METHODS.includes(word)) return word as MethodWord;
  throw new InvalidArgumentError(`Choose one of ${METHODS.join(', ')}.`);
}

/** @throws {InvalidArgumentError} unless it starts with a slash */
export function parseUriArgument(text: string): string {
  if (text.startsWith('/')) return text;
  throw new InvalidArgumentError('It starts with "/": /service/route?query.');
}

/** `name: value`; repeated, it adds up. */
export function collectHeader(
  text: string,
  earlier: readonly (readonly [string, string])[] = [],
): (readonly [string, string])[] {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).trim();
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new InvalidArgumentError('Write it as NAME:VALUE.');
  return [...earlier, [name.toLowerCase(), text.slice(colon + 1).trim()]];
}

export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

/** A parser for whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${String(min)} to ${String(max)}.`);
  };
}
