import { describe, expect, it } from 'vitest';
import type { ExchangeRow } from '../console/contract/capture-contract.ts';
import { formatExchange } from './commands/tap.ts';
import { followExchanges, type FollowedCapture } from './follow-exchanges.ts';

function rowOf(seq: number, outcome: string | null): ExchangeRow {
  return {
    ...{
      seq,
      atMs: 0,
      method: 'GET',
      service: 'a',
      uri: `/a/${String(seq)}`,
      from: 'web',
      connection: 'c1',
      via: 'socket',
      transport: 'tcp',
    },
    ...{ provider: 'a@c2', providerClient: 'disk', status: outcome === null ? null : 200, outcome, error: '' },
    ...{ durationMs: outcome === null ? null : 1.25, requestBytes: 0, replyBytes: 1_500 },
    ...{ queueMs: null, traits: [], mark: 0, comment: '', tags: [], gap: null },
  };
}

/** A store in memory that answers as the contract says, and announces each state it is put into. */
class MemoryCapture {
  rows: ExchangeRow[] = [];
  closed: string[] = [];
  readonly #states: (readonly ExchangeRow[])[];

  constructor(earlier: readonly ExchangeRow[], states: readonly (readonly ExchangeRow[])[]) {
    this.rows = [...earlier];
    this.#states = [...states];
  }

  async *#watermarks(): AsyncGenerator<never> {
    for (const state of this.#states) {
      this.rows = [...state];
      yield undefined as never;
    }
  }

  face(): FollowedCapture {
    const face = {
      watch: async () => await Promise.resolve(this.#watermarks()),
      open: async () => await Promise.resolve({ queryId: 'q', count: this.rows.length, total: this.rows.length }),
      refresh: async () => await Promise.resolve({ queryId: 'q', count: this.rows.length, total: this.rows.length }),
      window: async ({ from, count }: { from: number; count: number }) =>
        await Promise.resolve({ from, rows: this.rows.slice(from, from + count), revision: 0 }),
      exchange: async ({ seq }: { seq: number }) => {
        const row = this.rows.find((candidate) => candidate.seq === seq);
        return await Promise.resolve(row === undefined ? null : { row });
      },
      close: async ({ queryId }: { queryId: string }) => {
        this.closed.push(queryId);
        return await Promise.resolve({ closed: true });
      },
    };
    return face as unknown as FollowedCapture;
  }
}

async function follow(store: MemoryCapture): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of await followExchanges(store.face(), '', new AbortController().signal)) seqs.push(seq);
  return seqs;
}

describe('followExchanges', () => {
  it('[CM7] gives what comes after the start, each exchange once and when it has ended', async () => {
    const [one, two, three] = [rowOf(1, 'replied'), rowOf(2, null), rowOf(3, 'replied')];
    const store = new MemoryCapture(
      [one],
      [
        [one, two, three],
        [one, two, three],
        [one, rowOf(2, 'replied'), three],
      ],
    );
    expect([await follow(store), store.closed]).toEqual([[3, 2], ['q']]);
  });

  it('[CM7] goes on after the store was cleared', async () => {
    const store = new MemoryCapture([rowOf(1, 'replied')], [[], [rowOf(9, 'replied')]]);
    expect(await follow(store)).toEqual([9]);
  });

  it('[CM7] reads more than one page', async () => {
    const many = Array.from({ length: 1_100 }, (_, index) => rowOf(index + 1, 'replied'));
    expect(await follow(new MemoryCapture([], [many]))).toHaveLength(1_100);
  });
});

describe('formatExchange', () => {
  it('[CM7] shows time, status, route, parties, duration and size in one line', () => {
    const line = formatExchange(rowOf(1, 'replied'));
    expect(line.slice(line.indexOf(' '))).toBe('  200   GET /a/1  web → disk  1.3 ms  1.5 KB');
  });

  it('[CM7] lets no control character through to the terminal', () => {
    expect(formatExchange({ ...rowOf(1, 'replied'), uri: '/a\u001B[2J' })).not.toContain('\u001B');
  });
});
