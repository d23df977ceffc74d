import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyBudget, ReplyMemory } from './reply-memory.ts';
import { RequestLedger } from './request-ledger.ts';

const ledger = (replyMemoryBytes = 10_000): RequestLedger =>
  new RequestLedger(new ReplyMemory({ replyMemoryMs: 1_000, replyMemoryBytes }, new ReplyBudget(100_000)));

describe('RequestLedger', () => {
  it('[UD9] says where a request stands', () => {
    const requests = ledger();
    expect(requests.standingOf(1)).toBe('new');
    requests.began(1, true);
    expect(requests.standingOf(1)).toBe('pending');
    requests.ended(1, new Uint8Array(10), 0);
    expect(requests.standingOf(1)).toBe('answered');
    requests.began(2, false);
    expect(requests.standingOf(2)).toBe('over');
  });

  it('[UD9] one that is handled for long is still known when its id is far below others', () => {
    const requests = ledger();
    requests.began(1, true);
    requests.began(1_000_000, true);
    expect(requests.standingOf(1)).toBe('pending');
    requests.ended(1, new Uint8Array(10), 0);
    expect(requests.standingOf(1)).toBe('answered');
  });

  it('[UD9] whatever is forgotten, no id is new twice', () => {
    const id = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 0x7fff_ffff }));
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.boolean()), { maxLength: 300 }), (steps) => {
        const requests = ledger(400);
        const handled = new Set<number>();
        for (const [request, answered] of steps) {
          if (requests.standingOf(request) !== 'new') continue;
          expect(handled.has(request)).toBe(false);
          handled.add(request);
          requests.began(request, true);
          if (answered) requests.ended(request, new Uint8Array(10), 0);
        }
      }),
    );
  });
});
