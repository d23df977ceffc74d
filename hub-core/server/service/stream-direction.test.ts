import { describe, expect, it } from 'vitest';
import { StreamDirection } from './stream-direction.ts';

const direction = (creditBytes: number, maxStreamWindowBytes: number): StreamDirection =>
  new StreamDirection({ creditBytes, maxStreamWindowBytes });

describe('StreamDirection', () => {
  it('[SM3] takes no more than the credit, and nothing of what is over it', () => {
    const one = direction(10, 0);
    expect([one.take(8), one.take(3), one.outstanding, one.bytes, one.take(2)]).toEqual([true, false, 2, 8, true]);
  });

  it('[SM5] withholds what would be outstanding above the window, and grants it as the sender goes on', () => {
    const one = direction(100, 200);
    const granted = [one.grant(50), one.grant(1_000)];
    one.take(50);
    const early = one.release();
    one.take(60);
    expect([granted, early, one.release(), one.outstanding]).toEqual([[50, 0], 100, 0, 140]);
  });

  it('[SM5] gives a receiver in the end all that it granted, whatever the window', () => {
    const one = direction(0, 64);
    let sent = 0;
    let open = one.grant(10_000);
    while (open > 0) {
      const bytes = Math.min(open, 7);
      expect(one.take(bytes)).toBe(true);
      sent += bytes;
      open += one.release() - bytes;
      expect(one.outstanding).toBeLessThanOrEqual(64);
    }
    expect(sent).toBe(10_000);
  });

  it('[SM5] has no window when that is 0', () => {
    expect(direction(1, 0).grant(5_000_000)).toBe(5_000_000);
  });
});
