import type { Setting } from './setting.ts';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/**
 * Reads what an environment variable or `--set` says. A list is written `a,b` or as JSON.
 *
 * @returns the value, or the text itself where it is none of that type: the schema then says what it should be
 * @throws {SyntaxError} for a list that begins as JSON and is none
 */
export function parseSettingText(text: string, type: Setting['type']): unknown {
  const trimmed = text.trim();
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      return WORDS.get(trimmed.toLowerCase()) ?? text;
    case 'number': {
      const value = Number(trimmed);
      return trimmed === '' || Number.isNaN(value) ? text : value;
    }
    case 'list':
      if (trimmed.startsWith('[')) return JSON.parse(trimmed) as unknown;
      return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
  }
}
