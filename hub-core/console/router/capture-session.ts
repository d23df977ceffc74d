import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/server';
import type { CaptureExport } from '../../capture/capture-export.ts';
import type { Search } from '../../capture/search.ts';
import type { StoredFrame } from '../../capture/stored-frame.ts';

/** Open queries, and open exports, of one line; more than a page has at once. */
const MAX_OPEN = 8;

/** What one console has open of a kind, by its id. The one opened first is closed for one too many. */
class OpenOnes<T extends Disposable> implements Disposable {
  readonly #open = new Map<string, T>();
  readonly #noun: string;

  constructor(noun: string) {
    this.#noun = noun;
  }

  add(one: T): string {
    const id = randomUUID();
    const oldest = this.#open.keys().next().value;
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.remove(oldest);
    this.#open.set(id, one);
    return id;
  }

  /** @throws {ORPCError} NOT_FOUND */
  get(id: string): T {
    const one = this.#open.get(id);
    if (one === undefined)
      throw new ORPCError('NOT_FOUND', { message: `There is no open ${this.#noun} "${id}": open it again` });
    return one;
  }

  remove(id: string): boolean {
    this.#open.get(id)?.[Symbol.dispose]();
    return this.#open.delete(id);
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#open.keys()]) this.remove(id);
  }
}

/** What one console has open. */
export class CaptureSession implements Disposable {
  readonly queries = new OpenOnes<Search>('query');
  readonly frames = new OpenOnes<Search<StoredFrame>>('query');
  readonly exports = new OpenOnes<CaptureExport>('export');

  [Symbol.dispose](): void {
    this.queries[Symbol.dispose]();
    this.frames[Symbol.dispose]();
    this.exports[Symbol.dispose]();
  }
}
