import { describe, expect, it } from 'vitest';
import { batchesOf, linesOf } from './record-batches.ts';

async function all(pieces: readonly string[]): Promise<string[]> {
  const batches: string[] = [];
  const text = new ReadableStream<string>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  for await (const batch of batchesOf(linesOf(text))) batches.push(batch);
  return batches;
}

describe('batchesOf', () => {
  it('[IN18] cuts a text that comes in any pieces into whole lines, and leaves out empty ones', async () => {
    expect(await all(['{"a":', '1}\n\n{"b"', ':2}\n{"c":3}'])).toEqual(['{"a":1}\n{"b":2}\n{"c":3}\n']);
    expect(await all([])).toEqual([]);
  });
  it('[IN18] carries two hundred at once, and fewer of long ones', async () => {
    const short = await all([Array.from({ length: 450 }, (_, place) => `${String(place)}\n`).join('')]);
    expect(short.map((batch) => batch.split('\n').length - 1)).toEqual([200, 200, 50]);
    const long = await all([`${'x'.repeat(600_000)}\n`, `${'y'.repeat(600_000)}\n`]);
    expect(long).toHaveLength(2);
  });
  it('[IN18] ends the reading when nobody wants more', async () => {
    let cancelled = false;
    const endless = new ReadableStream<string>({
      pull: (controller) => controller.enqueue('line\n'),
      cancel: () => void (cancelled = true),
    });
    for await (const batch of batchesOf(linesOf(endless))) {
      expect(batch).toContain('line');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
