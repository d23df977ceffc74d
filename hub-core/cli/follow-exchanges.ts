import type { ExchangeRow, Watermark } from '../console/contract/capture-contract.ts';
import type { CaptureClient } from './capture-session.ts';

const PAGE = 512;
/** Exchanges that are waited for; the oldest is given up first, so that memory stays bounded. */
const MAX_WAITING = 4_096;

/** The part of the contract's capture root that following needs. */
export type FollowedCapture = Pick<CaptureClient, 'watch' | 'open' | 'refresh' | 'window' | 'exchange' | 'close'>;

/** Rows of one query, each once, when its exchange has ended. */
class Follower {
  readonly queryId: string;
  readonly #capture: FollowedCapture;
  /** Sequence numbers of rows that were seen and had not ended. */
  readonly #waiting = new Set<number>();
  #next: number;

  constructor(capture: FollowedCapture, queryId: string, next: number) {
    this.#capture = capture;
    this.queryId = queryId;
    this.#next = next;
  }

  async *ended(): AsyncGenerator<ExchangeRow> {
    yield* this.#laterEnds();
    const { count } = await this.#capture.refresh({ queryId: this.queryId });
    // The store was cleared, or dropped its oldest rows: what is left counts from there.
    if (count < this.#next) this.#next = count;
    while (this.#next < count) {
      const { rows } = await this.#capture.window({ queryId: this.queryId, from: this.#next, count: PAGE });
      if (rows.length === 0) return;
      this.#next += rows.length;
      for (const row of rows) {
        if (row.outcome === null) this.#wait(row.seq);
        else yield row;
      }
    }
  }

  #wait(seq: number): void {
    if (this.#waiting.size >= MAX_WAITING) {
      const [oldest] = this.#waiting;
      if (oldest !== undefined) this.#waiting.delete(oldest);
    }
    this.#waiting.add(seq);
  }

  async *#laterEnds(): AsyncGenerator<ExchangeRow> {
    for (const seq of [...this.#waiting]) {
      const detail = await this.#capture.exchange({ seq });
      if (detail !== null && detail.row.outcome === null) continue;
      this.#waiting.delete(seq);
      if (detail !== null) yield detail.row;
    }
  }
}

/**
 * What passes through the hub from now on, each exchange when it has ended.
 *
 * @param filter a query of the inspector; empty = everything
 * @returns when nothing can be missed any more; iterate it, so that the query is closed in the end
 * @throws what the contract throws for a query that does not parse
 */
export async function followExchanges(
  capture: FollowedCapture,
  filter: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<ExchangeRow>> {
  const { queryId, count } = await capture.open({ query: filter });
  return follow(capture, new Follower(capture, queryId, count), signal);
}

async function* follow(capture: FollowedCapture, follower: Follower, signal: AbortSignal): AsyncGenerator<ExchangeRow> {
  try {
    for await (const _changed of watermarks(capture, signal)) yield* follower.ended();
  } finally {
    if (!signal.aborted) await capture.close({ queryId: follower.queryId });
  }
}

/** Ends when the signal aborts; the contract's iterator throws then. */
async function* watermarks(capture: FollowedCapture, signal: AbortSignal): AsyncGenerator<Watermark> {
  try {
    yield* await capture.watch(undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
