/** Correlation ids that one side may choose, both ends included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** Ids of requests sent by a client; the other half is the hub's (docs/protocol.md, section 1). */
export const CLIENT_IDS: IdRange = Object.freeze({ first: 1, last: 0x7fff_ffff });

/**
 * What is waiting for an answer on one connection, by correlation id.
 *
 * Ids go up and start again at the first, and skip those still in use, so that a late answer does not meet a new request
 * until the whole range has gone by.
 */
export class InFlightTable<T> {
  readonly #entries = new Map<number, T>();
  readonly #range: IdRange;
  #next: number;

  constructor(range: IdRange = CLIENT_IDS) {
    this.#range = range;
    this.#next = range.first;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Keeps `entry` until it is taken.
   *
   * @returns its correlation id
   * @throws {RangeError} when every id is in use
   */
  open(entry: T): number {
    const id = this.nextId();
    this.#entries.set(id, entry);
    return id;
  }

  /**
   * An id for a message that nothing answers.
   *
   * @throws {RangeError} when every id is in use
   */
  nextId(): number {
    const { first, last } = this.#range;
    if (this.#entries.size > last - first) {
      throw new RangeError(`Cannot open a request: all ${String(this.#entries.size)} ids are in flight`);
    }
    while (this.#entries.has(this.#next)) this.#advance();
    const id = this.#next;
    this.#advance();
    return id;
  }

  get(id: number): T | undefined {
    return this.#entries.get(id);
  }

  /** Removes and returns the entry: undefined when the id is unknown, for example because the answer came late. */
  take(id: number): T | undefined {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#entries.delete(id);
    return entry;
  }

  /** Removes and returns all, oldest first. For a connection that ended. */
  takeAll(): T[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    return all;
  }

  #advance(): void {
    this.#next = this.#next === this.#range.last ? this.#range.first : this.#next + 1;
  }
}
