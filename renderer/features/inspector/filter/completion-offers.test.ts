import { describe, expect, it } from 'vitest';
import { accepted, offersOf } from './completion-offers.ts';
import type { Completions } from './use-completions.ts';

const answer = (query: string, change: Partial<Completions> = {}): Completions => ({
  ...{ query, from: 0, to: query.length, check: { valid: true, meaning: '' } },
  items: [
    { text: 'service:', about: 'first part of the path' },
    { text: 'status:', about: 'status' },
  ],
  ...change,
});

describe('offersOf', () => {
  it('[IN1] offers filters that were used lately only before anything is typed', () => {
    expect(offersOf('', answer(''), ['dur>1s']).map(({ text }) => text)).toEqual(['dur>1s', 'service:', 'status:']);
    expect(offersOf('s', answer('s'), ['dur>1s']).map(({ text }) => text)).toEqual(['service:', 'status:']);
  });
  it('[IN1] offers nothing for another text than the one that was asked about, and nothing that is there already', () => {
    expect(offersOf('st', answer('s'), [])).toEqual([]);
    const same = answer('from:al', { from: 5, items: [{ text: 'al', about: '', count: 3 }] });
    expect(offersOf('from:al', same, [])).toEqual([]);
  });
  it('[IN1] offers a dozen at most', () => {
    const items = Array.from({ length: 50 }, (_, place) => ({ text: `c${String(place)}`, about: '', count: 1 }));
    expect(offersOf('from:', answer('from:', { from: 5, items }), [])).toHaveLength(12);
  });
});

describe('accepted', () => {
  it('[IN1] puts a value in place of what was typed, with a space behind it', () => {
    const offer = { text: 'alice', about: '', count: 2, from: 5, to: 7 };
    expect(accepted('from:al', offer)).toEqual({ text: 'from:alice ', cursor: 11, done: true });
    expect(accepted('from:al dur>1s', offer)).toEqual({ text: 'from:alice dur>1s', cursor: 10, done: true });
  });
  it('[IN1] goes on with the values of a key', () => {
    expect(accepted('a se', { text: 'service:', about: '', from: 2, to: 4 })).toEqual({
      text: 'a service:',
      cursor: 10,
      done: false,
    });
  });
});
