import { describe, expect, it } from 'vitest';
import { exchangeStatus } from './exchange-status.ts';

describe('exchangeStatus', () => {
  it('[UI17] every way an exchange can end has a word and a tone of its own', () => {
    expect(
      [
        { status: null, outcome: null },
        { status: 200, outcome: 'replied' },
        { status: 404, outcome: 'refused' },
        { status: 504, outcome: 'deadline' },
        { status: 499, outcome: 'cancelled' },
        { status: 0, outcome: 'one-way' },
        { status: 0, outcome: 'caller-lost' },
      ].map(exchangeStatus),
    ).toEqual([
      { tone: 'pending', word: 'pending' },
      { tone: 'ok', word: '200' },
      { tone: 'warn', word: '404' },
      { tone: 'error', word: '504' },
      { tone: 'muted', word: '499' },
      { tone: 'info', word: 'one-way' },
      { tone: 'muted', word: 'caller left' },
    ]);
  });
});
