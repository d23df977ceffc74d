import { describe, expect, it, vi } from 'vitest';
import type { FrameRow, FrameStatus } from '../../../hub-core/console/contract/capture-contract.ts';
import { FramesList, type FrameStore } from './frames-list.ts';

const frame = (number: number): FrameRow => ({
  ...{ number, atMs: number, connection: 'c1', direction: 'in', kind: 'ping', method: '' },
  ...{ status: 0, flags: 0, id: 0, bytes: 20, exchange: null },
});

const statusOf = (rows: number, lastNumber = rows): FrameStatus => ({
  recording: true,
  rows,
  lastNumber,
  droppedFrames: 0,
});

/** Frames from `first` on, and what was asked. */
class FakeStore implements FrameStore {
  readonly asked: string[] = [];
  first = 1;
  count = 0;
  broken = false;
  /** Called with each refresh, before its answer. */
  moved = (): void => undefined;
  #lastId = 0;

  open({ query }: { query: string }) {
    this.asked.push(`open ${query}`);
    if (this.broken) return Promise.reject(new Error('out of reach'));
    if (query === 'service:x') return Promise.reject(Object.assign(new Error('no such key'), { code: 'BAD_REQUEST' }));
    this.#lastId += 1;
    return Promise.resolve(this.#result(String(this.#lastId)));
  }
  refresh({ queryId }: { queryId: string }) {
    this.asked.push('refresh');
    this.moved();
    return Promise.resolve(this.#result(queryId));
  }
  window({ from, count }: { from: number; count: number }) {
    this.asked.push(`window ${String(from)}`);
    const length = Math.max(0, Math.min(count, this.count - from));
    return Promise.resolve({ from, rows: Array.from({ length }, (_, place) => frame(this.first + from + place)) });
  }
  close() {
    this.asked.push('close');
    return Promise.resolve({ closed: true });
  }

  #result(queryId: string) {
    return { queryId, count: this.count, total: this.count, searched: this.count, complete: true, jobId: null };
  }
}

async function start(count: number) {
  const store = new FakeStore();
  store.count = count;
  const retries: (() => void)[] = [];
  const list = new FramesList(store, (fn) => void retries.push(fn));
  list.setStatus(statusOf(count));
  list.setRange({ first: 0, end: 30 });
  await settled(list, count);
  return { store, list, retries };
}

const settled = (list: FramesList, count: number): Promise<void> =>
  vi.waitFor(() =>
    expect([list.state().count, list.row(Math.min(count, 30) - 1) === undefined]).toEqual([count, false]),
  );

describe('FramesList', () => {
  it('[UI120] a store that moves on with each answer does not keep back what is in sight', async () => {
    const { store, list } = await start(100);
    list.setRange({ first: 90, end: 130 });
    store.asked.length = 0;
    const add = (): void => {
      store.count += 1;
      list.setStatus(statusOf(store.count));
    };
    store.moved = () => {
      if (store.count < 105) add();
    };
    add();
    await vi.waitFor(() => expect(list.row(104)?.number).toBe(105));
    expect(store.asked.slice(0, 4)).toEqual(['refresh', 'window 64', 'refresh', 'window 64']);
  });
  it('[UI120] asks for the pages in sight only, and for a full one never again', async () => {
    const { store, list } = await start(1_000);
    list.setRange({ first: 940, end: 970 });
    await vi.waitFor(() => expect(list.row(960)?.number).toBe(961));
    list.setRange({ first: 0, end: 30 });
    await Promise.resolve();
    expect(store.asked).toEqual(['open ', 'window 0', 'window 896', 'window 960']);
  });

  it('[UI120] takes up what came since, and fills up its last page', async () => {
    const { store, list } = await start(10);
    store.count = 12;
    list.setStatus(statusOf(12));
    await vi.waitFor(() => expect(list.row(11)?.number).toBe(12));
    expect(store.asked).toEqual(['open ', 'window 0', 'refresh', 'window 0']);
  });

  it('[UI120] starts over when the store was cleared or dropped its oldest', async () => {
    const { store, list } = await start(100);
    [store.first, store.count] = [101, 40];
    list.setStatus(statusOf(40, 140));
    await vi.waitFor(() => expect([list.state().count, list.row(0)?.number]).toEqual([40, 101]));
    expect(store.asked.slice(-3)).toEqual(['open ', 'close', 'window 0']);
  });

  it('[UI121] keeps the rows of the last right filter while the one that is typed is refused', async () => {
    const { list } = await start(10);
    list.setFilter('service:x');
    await vi.waitFor(() => expect(list.state().error).toBe('no such key'));
    expect(list.row(3)?.number).toBe(4);
    list.setFilter('frame:ping');
    await vi.waitFor(() => expect(list.state().error).toBeUndefined());
  });

  it('[UI120] opens again when the store was out of reach, and asks nothing once it is disposed', async () => {
    const { store, list, retries } = await start(10);
    store.broken = true;
    list.setFilter('conn:c1');
    await vi.waitFor(() => expect(list.state().error).toBe('out of reach'));
    store.broken = false;
    retries.shift()?.();
    await vi.waitFor(() => expect([list.state().error, list.row(3)?.number]).toEqual([undefined, 4]));
    list.dispose();
    const { length } = store.asked;
    list.setFilter('x');
    expect(store.asked).toHaveLength(length);
  });

  it('[UI120] a filter that was opened before the store is asked again stays open', async () => {
    const { store, list, retries } = await start(10);
    store.broken = true;
    list.setFilter('conn:c1');
    await vi.waitFor(() => expect(list.state().error).toBe('out of reach'));
    store.broken = false;
    list.setFilter('conn:c2');
    await vi.waitFor(() => expect([list.state().error, list.row(3)?.number]).toEqual([undefined, 4]));
    const { length } = store.asked;
    for (const retry of retries) retry();
    await new Promise((resolve) => setImmediate(resolve));
    expect([retries.length, store.asked.slice(length)]).toEqual([1, []]);
  });

  it('[UI120] a query that is open only after the list is gone is closed', async () => {
    const store = new FakeStore();
    const list = new FramesList(store);
    list.setFilter('');
    list.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.asked).toEqual(['open ', 'close']);
  });
});
