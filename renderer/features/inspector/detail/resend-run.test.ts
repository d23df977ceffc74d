import { describe, expect, it } from 'vitest';
import { resendText, runResends } from './resend-run.ts';
import type { ResendProgress } from './resend-run.ts';

function series(count: number, send: (nth: number) => Promise<number>) {
  const waits: number[] = [];
  const told: ResendProgress[] = [];
  const stop = new AbortController();
  let sent = 0;
  const run = runResends({
    count,
    intervalMs: 50,
    send: () => send((sent += 1)),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    onProgress: (progress) => told.push(progress),
    signal: stop.signal,
  });
  return { run, waits, told, stop, sends: () => sent };
}

describe('runResends', () => {
  it('[UI104] sends as often as asked, with pauses between, and counts what came back', async () => {
    const { run, waits, told } = series(3, (nth) => Promise.resolve(nth === 2 ? 503 : 200));
    const end = await run;
    expect([end.sent, resendText(end), waits, told.map(({ sent }) => sent)]).toEqual([
      3,
      '200 × 2, 503 × 1',
      [50, 50],
      [1, 2, 3],
    ]);
  });
  it('[UI104] goes on after a send that failed, and says so', async () => {
    const { run } = series(2, (nth) => (nth === 1 ? Promise.reject(new Error('out of reach')) : Promise.resolve(200)));
    expect(resendText(await run)).toBe('200 × 1, 1 failed: out of reach');
  });
  it('[UI104] stops when asked, and never begins another send then', async () => {
    const { run, stop, sends } = series(1_000, (nth) => {
      if (nth === 4) stop.abort();
      return Promise.resolve(200);
    });
    expect([(await run).sent, sends()]).toEqual([4, 4]);
  });
});
