import { describe, expect, it } from 'vitest';
import { followFeed } from './follow-feed.ts';

async function* values(...items: readonly (number | Error)[]): AsyncGenerator<number> {
  for (const item of items) {
    await Promise.resolve();
    if (item instanceof Error) throw item;
    yield item;
  }
}

describe('followFeed', () => {
  it('[UI23] opens a stream again that ended or broke off, after a pause', async () => {
    const streams = [values(1, 2), values(3, new Error('line lost')), values(4)];
    const seen: number[] = [];
    const broken: unknown[] = [];
    let pauses = 0;
    const stop = new AbortController();
    await followFeed({
      open: () => Promise.resolve(streams.shift() ?? values()),
      onValue: (value) => {
        seen.push(value);
        if (value === 4) stop.abort();
      },
      signal: stop.signal,
      onBroken: (error) => void broken.push(error),
      pause: () => {
        pauses += 1;
        return Promise.resolve();
      },
    });
    expect({ seen, pauses, broken }).toEqual({ seen: [1, 2, 3, 4], pauses: 2, broken: [new Error('line lost')] });
  });
  it('[UI23] hands over nothing after its signal aborted', async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    await followFeed({
      open: () => Promise.resolve(values(1, 2, 3)),
      onValue: (value) => {
        seen.push(value);
        stop.abort();
      },
      signal: stop.signal,
    });
    expect(seen).toEqual([1]);
  });
});
