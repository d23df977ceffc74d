import { describe, expect, it } from 'vitest';
import type { HubState } from '../hub/hub-slot.ts';
import { emptyPoolNotice, noticeOf } from './notices.ts';

describe('noticeOf()', () => {
  it.each([
    [{ kind: 'crashed', thread: 'hub', reason: 'it was stuck' }, 'The hub crashed'],
    [{ kind: 'crashed', thread: 'capture', reason: 'disk' }, 'The traffic store crashed'],
    [{ kind: 'failed', reason: 'the port is taken' }, 'The hub could not be started'],
  ] satisfies [HubState, string][])('[DS27] noticeOf(%j) is worth one, with the reason', (state, title) => {
    const notice = noticeOf(state);
    expect(notice?.title).toBe(title);
    expect(notice?.body).toContain(state.reason);
  });

  it('[DS27] noticeOf() is silent about what mends itself or was wanted', () => {
    const states: HubState[] = [
      { kind: 'starting' },
      { kind: 'restarting', thread: 'hub', reason: 'x' },
      { kind: 'silent', thread: 'hub' },
      { kind: 'stopped' },
    ];
    expect(states.map(noticeOf)).toEqual(states.map(() => undefined));
  });

  it('[DS27] an empty pool is named', () => {
    expect(emptyPoolNotice('math').title).toBe('No provider for "math"');
  });
});
