import { describe, expect, it } from 'vitest';
import { GenerationCache } from './generation-cache.ts';
import { LatencyWindow } from './latency-window.ts';
import { QueueEntry, RequestQueue } from './request-queue.ts';

class Waiting extends QueueEntry {
  readonly name: string;
  readonly bytes: number;
  constructor(name: string, bytes = 1) {
    super();
    this.name = name;
    this.bytes = bytes;
  }
  override get heldBytes(): number {
    return this.bytes;
  }
}

const names = (queue: RequestQueue<Waiting>): string =>
  queue
    .toArray()
    .map((each) => each.name)
    .join('');

describe('RequestQueue', () => {
  it('[PL9] keeps the order, with the front for those that come back', () => {
    const queue = new RequestQueue<Waiting>({ queueMessages: 0, queueBytes: 0 });
    for (const name of ['b', 'c']) queue.pushBack(new Waiting(name));
    queue.pushFront(new Waiting('a'));
    expect([names(queue), queue.first?.name, queue.size, queue.bytes]).toEqual(['abc', 'a', 3, 3]);
  });

  it('[PL9] remove() takes one out at the front, in the middle and at the end', () => {
    const queue = new RequestQueue<Waiting>({ queueMessages: 0, queueBytes: 0 });
    const all = ['a', 'b', 'c', 'd'].map((name) => new Waiting(name));
    for (const each of all) queue.pushBack(each);
    const left = [1, 0, 3, 2].map((index) => {
      const entry = all[index];
      if (entry !== undefined) queue.remove(entry);
      return names(queue);
    });
    expect([left, queue.size, queue.bytes, queue.first]).toEqual([['acd', 'cd', 'c', ''], 0, 0, undefined]);
  });

  it('[PL9] pushBack() refuses what is over the number or the bytes', () => {
    const queue = new RequestQueue<Waiting>({ queueMessages: 2, queueBytes: 10 });
    const taken = [new Waiting('a', 6), new Waiting('b', 5), new Waiting('c', 4), new Waiting('d', 0)].map((each) =>
      queue.pushBack(each),
    );
    expect([taken, names(queue)]).toEqual([[true, false, true, false], 'ac']);
  });

  it('[PL9] pushFront() goes over the limits', () => {
    const queue = new RequestQueue<Waiting>({ queueMessages: 1, queueBytes: 1 });
    for (const name of ['b', 'a']) queue.pushFront(new Waiting(name));
    expect([names(queue), queue.size]).toEqual(['ab', 2]);
  });
});

describe('LatencyWindow', () => {
  it('[PL13] has no quantiles before the first answer', () => {
    expect(new LatencyWindow().quantiles([0.5, 0.95])).toEqual([null, null]);
  });

  it('[PL13] gives nearest ranks of the latest 128', () => {
    const latency = new LatencyWindow();
    for (let index = 0; index < 1_000; index += 1) latency.add(1_000);
    for (let index = 1; index <= 128; index += 1) latency.add(index);
    expect(latency.quantiles([0.5, 0.95, 1])).toEqual([64, 122, 128]);
  });
});

describe('GenerationCache', () => {
  it('[RT8] holds at most two generations and keeps what is used', () => {
    const cache = new GenerationCache<number>(10);
    for (let index = 0; index < 1_000; index += 1) {
      cache.set(String(index), index);
      cache.get('0');
    }
    expect([cache.size <= 20, cache.get('0'), cache.get('500')]).toEqual([true, 0, undefined]);
  });

  it('[RT8] clear() forgets everything', () => {
    const cache = new GenerationCache<number>(1);
    for (const key of ['a', 'b']) cache.set(key, 1);
    cache.clear();
    expect([cache.size, cache.get('a'), cache.get('b')]).toEqual([0, undefined, undefined]);
  });
});
