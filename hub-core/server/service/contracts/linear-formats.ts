import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';
import type { Format } from 'ajv';
import { RE2JS } from 're2js';
import { LinearPattern } from './linear-pattern.ts';
import type { WorkBudget } from './work-budget.ts';

/** Longer strings have no format that is known here. */
const MAX_LENGTH = 2_048;

/** Those whose own test is a small function over an anchored, linear expression. */
const AS_THEY_ARE = ['date', 'time', 'date-time', 'iso-time', 'iso-date-time'] as const;

/** Those that are one regular expression which RE2 understands. */
const BY_PATTERN = [
  'uri-reference',
  'uri-template',
  'email',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
  'json-pointer-uri-fragment',
  'relative-json-pointer',
] as const;

const NUMBERS = ['int32', 'int64', 'float', 'double'] as const;

/** Those whose usual expression looks ahead, written anew. */
const WRITTEN_ANEW: Readonly<Record<string, string>> = {
  uri: '^[a-zA-Z][a-zA-Z0-9+.-]*:[^\\s<>"{}|\\\\^`]*$',
  url: '^(?:https?|ftp)://[^\\s/$.?#][^\\s]*$',
  hostname: '^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\\.?$',
  duration:
    '^P(?:\\d+W|(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?T(?:\\d+H(?:\\d+M)?(?:\\d+S)?|\\d+M(?:\\d+S)?|\\d+S)|\\d+Y(?:\\d+M)?(?:\\d+D)?|\\d+M(?:\\d+D)?|\\d+D)$',
};

function isPattern(text: string, budget: WorkBudget): boolean {
  try {
    return new LinearPattern(text, budget) instanceof LinearPattern;
  } catch {
    // That it does not compile is the answer.
    return false;
  }
}

type Test = (text: string) => boolean;

const bounded = (test: Test): Format => ({
  type: 'string',
  validate: (text) => text.length <= MAX_LENGTH && test(text),
});

function testOf(format: Format): Test {
  if (typeof format === 'function') return format;
  if (typeof format === 'object' && 'validate' in format && typeof format.validate === 'function') {
    return format.validate as Test;
  }
  throw new TypeError('Cannot use the format: it has another form than expected');
}

/** The formats of JSON Schema and OpenAPI, none of which takes more than linear time. An unknown one is not looked at. */
export function linearFormats(budget: WorkBudget): Record<string, Format> {
  // `byte` is linear, and may be a whole file.
  const formats: Record<string, Format> = { password: true, binary: true, byte: fullFormats.byte };
  for (const name of AS_THEY_ARE) formats[name] = bounded(testOf(fullFormats[name]));
  for (const name of NUMBERS) formats[name] = fullFormats[name];
  const sources = new Map<string, RegExp | string>(Object.entries(WRITTEN_ANEW));
  for (const name of BY_PATTERN) {
    const format = name === 'uri-reference' ? fastFormats[name] : fullFormats[name];
    if (format instanceof RegExp) sources.set(name, format);
  }
  for (const [name, source] of sources) {
    const flags = source instanceof RegExp && source.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0;
    let pattern: LinearPattern | undefined;
    // Made when first used: a schema seldom has more than one or two of them.
    formats[name] = bounded((text) => {
      pattern ??= new LinearPattern(source instanceof RegExp ? source.source : source, budget, flags);
      return pattern.test(text);
    });
  }
  formats['regex'] = bounded((text) => isPattern(text, budget));
  return formats;
}
