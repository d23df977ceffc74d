import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyBudget, ReplyMemory } from './reply-memory.ts';

const LIMITS = { replyMemoryMs: 1_000, replyMemoryBytes: 2_000 };
const reply = (bytes: number): Uint8Array => new Uint8Array(bytes);

describe('ReplyMemory', () => {
  it('[UD10] keeps an answer for its time, and no longer', () => {
    const memory = new ReplyMemory(LIMITS, new ReplyBudget(10_000));
    memory.keep(1, reply(100), 0);
    memory.keep(2, reply(100), 500);
    memory.expire(999);
    expect([memory.get(1), memory.get(2)].map((kept) => kept?.length)).toEqual([100, 100]);
    memory.expire(1_000);
    expect([memory.get(1), memory.get(2)].map((kept) => kept?.length)).toEqual([undefined, 100]);
  });

  it('[UD10] the oldest answers make room, and one that is too large is not kept', () => {
    const budget = new ReplyBudget(10_000);
    const memory = new ReplyMemory(LIMITS, budget);
    for (const id of [1, 2, 3]) memory.keep(id, reply(500), 0);
    expect([1, 2, 3].map((id) => memory.get(id) !== undefined)).toEqual([true, true, true]);
    memory.keep(4, reply(500), 0);
    expect([1, 2, 3, 4].map((id) => memory.get(id) !== undefined)).toEqual([false, true, true, true]);
    memory.keep(5, reply(3_000), 0);
    expect(memory.get(5)).toBeUndefined();
  });

  it('[UD10] whatever comes, neither a session nor all of them keep more than they may, and nothing is left at the end', () => {
    const step = fc.record({ session: fc.nat(3), id: fc.nat(20), bytes: fc.nat(2_500), laterMs: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const budget = new ReplyBudget(3_000);
        const sessions = Array.from({ length: 4 }, () => new ReplyMemory(LIMITS, budget));
        let nowMs = 0;
        for (const { session, id, bytes, laterMs } of steps) {
          nowMs += laterMs;
          sessions[session]?.expire(nowMs);
          sessions[session]?.keep(id, reply(bytes), nowMs);
          expect(budget.usedBytes).toBeLessThanOrEqual(budget.maxBytes);
        }
        for (const session of sessions) session.clear();
        expect([budget.usedBytes, ...sessions.map(({ size }) => size)]).toEqual([0, 0, 0, 0, 0]);
      }),
    );
  });

  it('[UD10] a memory of 0 keeps nothing', () => {
    const memory = new ReplyMemory({ ...LIMITS, replyMemoryBytes: 0 }, new ReplyBudget(10_000));
    memory.keep(1, reply(10), 0);
    expect(memory.size).toBe(0);
  });
});
