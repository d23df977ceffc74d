import type { FrameRow, FrameStatus, QueryResult } from '../../../hub-core/console/contract/capture-contract.ts';
import { errorText } from '../../ui/format.ts';
import type { RowRange } from '../../ui/visible-range.ts';

export interface FramesState {
  /** Undefined until the first answer. */
  readonly count: number | undefined;
  readonly total: number;
  /** What is wrong with the filter that was typed last; the rows are those of the last one that was right. */
  readonly error: string | undefined;
  /** Grows whenever rows came. */
  readonly version: number;
}

/** The part of the store that the list asks. */
export interface FrameStore {
  open(input: { query: string }): Promise<QueryResult>;
  refresh(input: { queryId: string }): Promise<QueryResult>;
  window(input: { queryId: string; from: number; count: number }): Promise<{ from: number; rows: FrameRow[] }>;
  close(input: { queryId: string }): Promise<{ closed: boolean }>;
}

const PAGE_ROWS = 64;
const MAX_PAGES = 128;
const REOPEN_AFTER_MS = 500;

const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'BAD_REQUEST';

/**
 * The frames that match a filter, of which only the pages in sight are here. A frame does not change once it is stored, so a page
 * that is full is never asked for again. One request is on the way at a time, always for the newest wish.
 */
export class FramesList {
  readonly #store: FrameStore;
  readonly #later: (fn: () => void) => void;
  readonly #listeners = new Set<() => void>();
  readonly #pages = new Map<number, readonly FrameRow[]>();
  #state: FramesState = { count: undefined, total: 0, error: undefined, version: 0 };
  #wanted = '';
  #openText: string | undefined;
  #queryId: string | undefined;
  #range: RowRange = { first: 0, end: 0 };
  #status: FrameStatus | undefined;
  #refreshed: FrameStatus | undefined;
  #refreshedLast = false;
  #running = false;
  #disposed = false;

  constructor(store: FrameStore, later: (fn: () => void) => void = (fn) => void setTimeout(fn, REOPEN_AFTER_MS)) {
    this.#store = store;
    this.#later = later;
  }

  readonly state = (): FramesState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Of the filter that is shown; undefined until it is open. */
  get queryId(): string | undefined {
    return this.#queryId;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  row(index: number): FrameRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  setFilter(text: string): void {
    this.#wanted = text;
    this.#pump();
  }

  setRange(range: RowRange): void {
    this.#range = range;
    this.#pump();
  }

  /** The store moved on. Fewer rows than before: it was cleared, or dropped its oldest; places count anew. */
  setStatus(status: FrameStatus): void {
    const before = this.#status;
    this.#status = status;
    if (before !== undefined && status.rows < before.rows) this.#openText = undefined;
    this.#pump();
  }

  dispose(): void {
    this.#disposed = true;
    this.#release();
  }

  #release(): void {
    const queryId = this.#queryId;
    this.#queryId = undefined;
    if (queryId !== undefined) this.#close(queryId);
  }

  #close(queryId: string): void {
    this.#store.close({ queryId }).catch((error: unknown) => {
      // The store forgets the queries of a line that closed, so nothing stays behind.
      console.warn('A query could not be closed', error);
    });
  }

  #set(change: Partial<FramesState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

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
    if (this.#openText !== this.#wanted) return () => this.#open(this.#wanted);
    const queryId = this.#queryId;
    if (queryId === undefined) return undefined;
    const status = this.#status;
    const page = this.#missingPage();
    const moved = status !== undefined && status.lastNumber !== this.#refreshed?.lastNumber;
    // A store that moves on faster than it is asked must not keep back what is in sight.
    if (moved && (page === undefined || !this.#refreshedLast)) return () => this.#refresh(queryId, status);
    return page === undefined ? undefined : () => this.#pull(queryId, page);
  }

  #missingPage(): number | undefined {
    const { count = 0 } = this.#state;
    const { first, end } = this.#range;
    for (let page = Math.floor(first / PAGE_ROWS); page * PAGE_ROWS < Math.min(end, count); page += 1) {
      const expected = Math.min(PAGE_ROWS, count - page * PAGE_ROWS);
      if ((this.#pages.get(page)?.length ?? 0) < expected) return page;
    }
    return undefined;
  }

  async #open(text: string): Promise<void> {
    const status = this.#status;
    this.#openText = text;
    try {
      const { queryId, count, total } = await this.#store.open({ query: text });
      if (this.#disposed) {
        this.#close(queryId);
        return;
      }
      this.#release();
      this.#queryId = queryId;
      this.#refreshed = status;
      this.#pages.clear();
      this.#set({ count, total, error: undefined, version: this.#state.version + 1 });
    } catch (error) {
      // A refused text leaves the last result in place, which goes on being refreshed.
      if (isRefused(error)) this.#set({ error: errorText(error) });
      else this.#failed(error);
    }
  }

  async #refresh(queryId: string, status: FrameStatus): Promise<void> {
    this.#refreshedLast = true;
    try {
      const { count, total } = await this.#store.refresh({ queryId });
      this.#refreshed = status;
      await this.#pullEnd(queryId, count);
      this.#set({ count, total, version: this.#state.version + 1 });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whoever looks at the end will look at the new one: its frames come before it is told of, so that they are drawn at once. */
  async #pullEnd(queryId: string, count: number): Promise<void> {
    const { first, end } = this.#range;
    const before = this.#state.count ?? 0;
    if (count <= before || end < before) return;
    const last = Math.floor((count - 1) / PAGE_ROWS);
    for (let page = Math.floor(Math.max(0, count - (end - first)) / PAGE_ROWS); page <= last; page += 1) {
      const expected = Math.min(PAGE_ROWS, count - page * PAGE_ROWS);
      if ((this.#pages.get(page)?.length ?? 0) >= expected) continue;
      const { rows } = await this.#store.window({ queryId, from: page * PAGE_ROWS, count: PAGE_ROWS });
      if (queryId !== this.#queryId) return;
      this.#put(page, rows);
    }
  }

  async #pull(queryId: string, page: number): Promise<void> {
    this.#refreshedLast = false;
    const from = page * PAGE_ROWS;
    try {
      const { rows } = await this.#store.window({ queryId, from, count: PAGE_ROWS });
      if (queryId !== this.#queryId) return;
      this.#put(page, rows);
      const expected = Math.min(PAGE_ROWS, (this.#state.count ?? 0) - from);
      // Rows were dropped meanwhile: places count anew.
      if (rows.length < expected) this.#openText = undefined;
      this.#set({ version: this.#state.version + 1 });
    } catch (error) {
      this.#failed(error);
    }
  }

  #put(page: number, rows: readonly FrameRow[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) return;
      this.#pages.delete(oldest);
    }
  }

  /** The store is out of reach, or was started again and knows the query no more: it is opened again in a moment. */
  #failed(error: unknown): void {
    this.#queryId = undefined;
    this.#set({ error: errorText(error) });
    this.#later(() => {
      // Another text was opened meanwhile, or is about to be.
      if (this.#queryId !== undefined || this.#running) return;
      this.#openText = undefined;
      this.#pump();
    });
  }
}
