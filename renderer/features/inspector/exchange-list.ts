import type { RowSort } from '../../../hub-core/console/contract/browse-contract.ts';
import type { ExchangeRow, QueryResult, Watermark } from '../../../hub-core/console/contract/capture-contract.ts';
import { errorText } from '../../ui/format.ts';
import { overlaps } from '../../ui/visible-range.ts';
import type { RowRange } from '../../ui/visible-range.ts';
import { PageCache } from './page-cache.ts';

export interface QueryError {
  readonly message: string;
  /** Column of the filter's text, from 1; absent when it is not about the text. */
  readonly column?: number;
  /** The whole text, mended, where one change is the likely meaning. */
  readonly suggestion?: string;
}

export interface ListState {
  /** Rows that match, of those that were looked at; undefined until the first answer. */
  readonly count: number | undefined;
  /** Rows of the store. */
  readonly total: number;
  /** Rows that were looked at. */
  readonly searched: number;
  /** False while a search goes on, and when it was stopped: only then does 0 mean that there are none. */
  readonly complete: boolean;
  /** The search that goes on. */
  readonly jobId: string | null;
  /** Rows that match and came since a sorted list was frozen. */
  readonly fresh: number;
  /** What is wrong with the text that was typed last; the rows are those of the last text that was right. */
  readonly error: QueryError | undefined;
  /** The text that was set last is not answered yet. */
  readonly searching: boolean;
}

/** The part of the store that the list asks. */
export interface RowStore {
  open(input: { query: string; waitMs: number; sort?: RowSort | undefined }): Promise<QueryResult>;
  refresh(input: { queryId: string; waitMs: number }): Promise<QueryResult>;
  window(input: { queryId: string; from: number; count: number; cells: true }): Promise<{ rows: ExchangeRow[] }>;
  close(input: { queryId: string }): Promise<{ closed: boolean }>;
}

const REOPEN_AFTER_MS = 500;
/** What takes longer goes on as a job, and its rows are shown as they are found. */
const WAIT_MS = 150;
/** What shall be shown. */
interface Wish {
  readonly text: string;
  readonly sort: RowSort | null;
}

/** How far the store had come. */
type Progress = Pick<Watermark, 'lastSeq' | 'revision'>;

const NOTHING: RowRange = { first: 0, end: 0 };

function queryError(error: unknown): QueryError {
  const message = errorText(error);
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
  if (typeof data !== 'object' || data === null) return { message };
  return {
    message,
    ...('column' in data && typeof data.column === 'number' ? { column: data.column } : {}),
    ...('suggestion' in data && typeof data.suggestion === 'string' ? { suggestion: data.suggestion } : {}),
  };
}

/** True when the filter itself was refused, and not the store out of reach. */
const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'BAD_REQUEST';

/**
 * The inspector's rows: one query open in the store, of which only the pages in sight are here. The store announces that
 * there is more (the watermark); this asks for it, one request on the way at a time and always for the newest wish.
 */
export class ExchangeList {
  readonly #client: RowStore;
  readonly #later: (fn: () => void) => void;
  readonly #cache = new PageCache();
  readonly #listeners = new Set<() => void>();
  #state: ListState = {
    ...{ count: undefined, total: 0, searched: 0, complete: false, jobId: null, fresh: 0 },
    ...{ error: undefined, searching: true },
  };
  #version = 0;
  #wanted: Wish = { text: '', sort: null };
  #queryId: string | undefined;
  #open: Wish | undefined;
  #range: RowRange = NOTHING;
  #follows = false;
  #watermark: Watermark | undefined;
  #refreshed: Progress | undefined;
  #refreshedLast = false;
  #running = false;
  #disposed = false;

  constructor(client: RowStore, later: (fn: () => void) => void = (fn) => void setTimeout(fn, REOPEN_AFTER_MS)) {
    this.#client = client;
    this.#later = later;
  }

  readonly state = (): ListState => this.#state;

  /** Grows whenever rows in sight came, so that whoever draws them draws again. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  row(index: number): ExchangeRow | undefined {
    return this.#cache.row(index);
  }

  /** The query whose rows are shown, for whoever asks the store about them. */
  get queryId(): string | undefined {
    return this.#queryId;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** The row with that number, if it is here. */
  find(seq: number | null): ExchangeRow | undefined {
    return seq === null ? undefined : this.#cache.find(seq);
  }

  /** Shows the rows that match `text`, once the store has found it right; by arrival, or as a snapshot in another order. */
  setQuery(text: string, sort: RowSort | null = null): void {
    const { text: oldText, sort: oldSort } = this.#wanted;
    if (text === oldText && sort === oldSort && this.#open !== undefined) return;
    this.#wanted = { text, sort };
    this.#pump();
  }

  /** Searches once more from the beginning, after a search was stopped. */
  reopen(): void {
    this.#reopen();
    this.#pump();
  }

  /** Rows that were marked or commented are pulled again, though they ended long ago. */
  invalidate(): void {
    this.#cache.invalidate();
    this.#pump();
  }

  /** The rows in sight. @param follows they move on with the end */
  setRange(range: RowRange, follows = false): void {
    this.#range = range;
    this.#follows = follows;
    this.#pump();
  }

  /** The store moved on. */
  setWatermark(watermark: Watermark): void {
    const before = this.#watermark;
    this.#watermark = watermark;
    // Sequence numbers that went back, or rows that went: another store, or a cleared one. The old result is void.
    if (before !== undefined && (watermark.lastSeq < before.lastSeq || watermark.rows < before.rows)) this.#reopen();
    this.#pump();
  }

  dispose(): void {
    this.#disposed = true;
    this.#release();
  }

  #reopen(): void {
    this.#release();
    this.#open = undefined;
  }

  #release(): void {
    const queryId = this.#queryId;
    this.#queryId = undefined;
    if (queryId !== undefined) this.#close(queryId);
  }

  #close(queryId: string): void {
    this.#client.close({ queryId }).catch((error: unknown) => {
      // The store forgets the queries of a line that closed, so nothing stays behind.
      console.warn('A query could not be closed', error);
    });
  }

  #rowsCame(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  #set(change: Partial<ListState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Does one step after another until there is nothing left to ask for. */
  #pump(): void {
    if (this.#running || this.#disposed) return;
    const step = this.#nextStep();
    if (step === undefined) return;
    this.#running = true;
    void step().finally(() => {
      this.#running = false;
      this.#pump();
    });
  }

  #nextStep(): (() => Promise<void>) | undefined {
    if (this.#open !== this.#wanted) return () => this.#openQuery(this.#wanted);
    const queryId = this.#queryId;
    if (queryId === undefined) return undefined;
    const { count = 0 } = this.#state;
    const missing = this.#cache.nextToPull(this.#range, count, this.#refreshed?.revision ?? 0);
    const news = this.#news();
    // A store that moves on faster than it is asked must not keep back what is in sight.
    if (news !== undefined && (missing === undefined || !this.#refreshedLast)) {
      return () => this.#refresh(queryId, news);
    }
    if (missing !== undefined) return () => this.#pull(queryId, missing);
    const { complete, jobId } = this.#state;
    return complete || jobId === null ? undefined : () => this.#refresh(queryId, this.#refreshed);
  }

  /** What the store announced and was not asked about yet. */
  #news(): Watermark | undefined {
    const [watermark, done] = [this.#watermark, this.#refreshed];
    if (watermark === undefined || watermark === done) return undefined;
    const isDone = done?.revision === watermark.revision && done.lastSeq === watermark.lastSeq;
    return isDone ? undefined : watermark;
  }

  async #openQuery(wish: Wish): Promise<void> {
    this.#set({ searching: true });
    const watermark = this.#watermark;
    this.#open = wish;
    try {
      const result = await this.#client.open({
        query: wish.text,
        waitMs: WAIT_MS,
        ...(wish.sort === null ? {} : { sort: wish.sort }),
      });
      if (this.#disposed) {
        this.#close(result.queryId);
        return;
      }
      this.#release();
      this.#queryId = result.queryId;
      this.#refreshed = watermark;
      this.#cache.clear();
      this.#show(result, { error: undefined, searching: false });
    } catch (error) {
      // A refused text leaves the last result in place, which goes on being refreshed.
      if (isRefused(error)) this.#set({ error: queryError(error), searching: false });
      else this.#failed(error);
    }
  }

  async #refresh(queryId: string, watermark: Progress | undefined): Promise<void> {
    this.#refreshedLast = true;
    try {
      const result = await this.#client.refresh({ queryId, waitMs: WAIT_MS });
      this.#refreshed = watermark;
      await this.#pullEnd(queryId, result.count);
      this.#show(result, {});
    } catch (error) {
      this.#failedOf(queryId, error);
    }
  }

  async #pull(queryId: string, range: RowRange): Promise<void> {
    this.#refreshedLast = false;
    try {
      await this.#fetch(queryId, range, this.#state.count ?? 0);
      // Rows of a place that was left meanwhile are of interest to nobody.
      if (queryId === this.#queryId && overlaps(range, this.#range)) this.#rowsCame();
    } catch (error) {
      this.#failedOf(queryId, error);
    }
  }

  /** Whoever follows the end will look at the new one: its rows come before it is told of, so that they are drawn at once. */
  async #pullEnd(queryId: string, count: number): Promise<void> {
    if (!this.#follows || count <= (this.#state.count ?? 0)) return;
    const { first, end } = this.#range;
    this.#range = { first: Math.max(0, count - (end - first)), end: count };
    const missing = this.#cache.nextToPull(this.#range, count, this.#refreshed?.revision ?? 0);
    if (missing !== undefined) await this.#fetch(queryId, missing, count);
  }

  async #fetch(queryId: string, range: RowRange, count: number): Promise<void> {
    const revision = this.#refreshed?.revision ?? 0;
    const { rows } = await this.#client.window({
      ...{ queryId, from: range.first, count: range.end - range.first },
      cells: true,
    });
    if (queryId === this.#queryId) this.#cache.put(range, rows, { count, revision });
  }

  /** One that was closed meanwhile may fail. */
  #failedOf(queryId: string, error: unknown): void {
    if (queryId === this.#queryId) this.#failed(error);
  }

  /** The store is out of reach, or was started again and knows the query no more: it is opened again in a moment. */
  #failed(error: unknown): void {
    this.#queryId = undefined;
    this.#set({ error: queryError(error), searching: true });
    this.#later(() => {
      // Another text was opened meanwhile, or is about to be.
      if (this.#queryId !== undefined || this.#running) return;
      this.#open = undefined;
      this.#pump();
    });
  }

  #show({ count, total, searched, complete, jobId, fresh = 0 }: QueryResult, change: Partial<ListState>): void {
    // Until the search was complete rows were in order of arrival.
    if (complete && !this.#state.complete && this.#open?.sort !== null) this.#cache.clear();
    this.#version += 1;
    this.#set({ ...change, count, total, searched, complete, jobId, fresh });
  }
}
