import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../hub-core/common/base/emitter.ts';
import { FakeClock } from '../../hub-core/test/support/fake-clock.ts';
import { keepDraft } from './draft-journal.ts';
import type { JournalStorage } from './journal.ts';
import { changeDraft, currentDraft, EMPTY_DRAFT, openDraft } from './draft.ts';

class MemoryStorage implements JournalStorage {
  readonly items = new Map<string, string>();
  writes = 0;
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.writes += 1;
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

let storage: MemoryStorage;
let clock: FakeClock;
let page: AbortController;
const away = new Emitter<unknown>();

beforeEach(() => {
  storage = new MemoryStorage();
  clock = new FakeClock();
  page = new AbortController();
  openDraft(EMPTY_DRAFT);
});
afterEach(() => page.abort());

/** The next page, after the process of this one was killed: nothing of it ran any more. */
function pageAgain(): void {
  openDraft(EMPTY_DRAFT);
  keepDraft({ storage, clock: new FakeClock(), away: away.event, signal: page.signal });
}

describe('keepDraft()', () => {
  it('[DS28] brings back what was written down, with one writing for many changes', () => {
    keepDraft({ storage, clock, away: away.event, signal: page.signal });
    for (const uri of ['/m', '/ma', '/math/add']) changeDraft({ uri });
    changeDraft({ method: 'POST', headers: [['x-a', '1']], form: 'text', body: 'a body', timeoutMs: Number.NaN });
    const draft = currentDraft();
    clock.advance(250);
    expect(storage.writes).toBe(1);
    pageAgain();
    expect(currentDraft()).toEqual(draft);
  });

  it('[DS28] writes what is pending when the page is left', () => {
    keepDraft({ storage, clock, away: away.event, signal: page.signal });
    changeDraft({ uri: '/last' });
    page.abort();
    page = new AbortController();
    pageAgain();
    expect(currentDraft().uri).toBe('/last');
  });

  it('[DS28] writes what is pending when the user turns to something else, and nothing when there is none', () => {
    keepDraft({ storage, clock, away: away.event, signal: page.signal });
    away.emit('blur');
    expect(storage.writes).toBe(0);
    changeDraft({ uri: '/last' });
    away.emit('blur');
    clock.advance(10_000);
    expect(storage.writes).toBe(1);
    pageAgain();
    expect(currentDraft().uri).toBe('/last');
  });

  it('[DS28] does not write down what is a secret by its header', () => {
    keepDraft({ storage, clock, away: away.event, signal: page.signal });
    changeDraft({
      headers: [
        ['Authorization', 'Bearer hush'],
        ['X-Api-Key ', 'hush'],
        ['accept', 'text/html'],
      ],
    });
    clock.advance(250);
    expect([...storage.items.values()].join()).not.toContain('hush');
    pageAgain();
    expect(currentDraft().headers).toEqual([
      ['Authorization', ''],
      ['X-Api-Key ', ''],
      ['accept', 'text/html'],
    ]);
  });

  it.each(['', '{', '{"uri":"/x"}', JSON.stringify({ ...EMPTY_DRAFT, method: 'TRACE' })])(
    '[DS28] takes %j for nothing',
    (text) => {
      storage.items.set('draft', text);
      pageAgain();
      expect(currentDraft()).toEqual(EMPTY_DRAFT);
    },
  );

  it('[DS28] a draft that is too large, and a storage that takes nothing, keep nobody from writing on', () => {
    keepDraft({ storage, clock, away: away.event, signal: page.signal });
    changeDraft({ uri: '/small' });
    clock.advance(250);
    changeDraft({ body: 'x'.repeat(1_000_001) });
    clock.advance(250);
    expect([...storage.items]).toEqual([]);
    storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    changeDraft({ body: '' });
    clock.advance(250);
    expect(currentDraft().uri).toBe('/small');
  });
});
