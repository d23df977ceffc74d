import { describe, expect, it } from 'vitest';
import { mendLabel, problemOf } from './query-problem.ts';
import type { Completions } from './use-completions.ts';

const wrong: Completions = {
  ...{ query: 'http://x', from: 8, to: 8, items: [] },
  check: { valid: false, message: 'There is no key "http"', column: 1, suggestion: '"http://x"' },
};

describe('problemOf', () => {
  it('[IN3] is about the text as it stands', () => {
    expect(problemOf('http://x', wrong, undefined)).toEqual({
      ...{ message: 'There is no key "http"', column: 1, suggestion: '"http://x"' },
    });
    expect(problemOf('http://xy', wrong, { message: 'There is no key "http"', column: 1 })).toBeUndefined();
  });
  it('[IN3] tells of a store that is out of reach, whatever the text', () => {
    expect(problemOf('a', undefined, { message: 'The line is lost' })).toEqual({ message: 'The line is lost' });
  });
});

describe('mendLabel', () => {
  it('[IN3] says what the mend comes to', () => {
    expect(mendLabel('http://x', '"http://x"')).toBe('Search this as text: "http://x"');
    expect(mendLabel('(a', '(a)')).toBe('Use (a)');
    expect(mendLabel('"a', '"a"')).toBe('Use "a"');
  });
});
