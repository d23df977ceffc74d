/** Bytes that may not all be there yet. */
export interface ByteSource {
  readonly length: number;
  /** Why bytes are missing that were asked for; undefined while nothing is wrong. */
  readonly error: Error | undefined;
  /**
   * @param offset a multiple of 16
   * @param length at most 16
   * @returns undefined while they are on their way: `subscribe` tells when to ask again
   */
  read(offset: number, length: number): Uint8Array | undefined;
  /** @returns takes the subscription back */
  subscribe(listener: () => void): () => void;
}

/** Bytes that are there. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    error: undefined,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    subscribe: () => () => {},
  };
}

export type ReadRange = (offset: number, length: number, signal: AbortSignal) => Promise<Uint8Array>;

const PAGE_BYTES = 1 << 16;
const MAX_PAGES = 64;
const MAX_IN_FLIGHT = 2;
/** Of pages that were wanted while others were on their way: a drag of the thumb passes more than anybody looks at. */
const MAX_WANTED = 8;

/** Bytes that are read in pages of 64 KiB when they are looked at; 4 MiB are kept. */
export class RangeSource implements ByteSource, Disposable {
  readonly length: number;
  readonly #readRange: ReadRange;
  /** In the order of their last use. */
  readonly #pages = new Map<number, Uint8Array>();
  readonly #inFlight = new Set<number>();
  /** The newest wish last. */
  #wanted: number[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #error: Error | undefined;

  constructor(length: number, readRange: ReadRange) {
    this.length = length;
    this.#readRange = readRange;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  read(offset: number, length: number): Uint8Array | undefined {
    const number = Math.floor(offset / PAGE_BYTES);
    const page = this.#pages.get(number);
    if (page === undefined) {
      this.#want(number);
      return undefined;
    }
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const start = offset - number * PAGE_BYTES;
    return page.subarray(start, start + length);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#closed.abort(new Error('The bytes are no longer looked at'));
    this.#listeners.clear();
  }

  #want(number: number): void {
    if (this.#inFlight.has(number) || this.#error !== undefined || this.#closed.signal.aborted) return;
    this.#wanted = [...this.#wanted.filter((other) => other !== number), number].slice(-MAX_WANTED);
    this.#load();
  }

  #load(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT) {
      const number = this.#wanted.pop();
      if (number === undefined) return;
      this.#inFlight.add(number);
      const offset = number * PAGE_BYTES;
      const length = Math.min(PAGE_BYTES, this.length - offset);
      this.#readRange(offset, length, this.#closed.signal).then(
        (bytes) => this.#came(number, bytes),
        (cause: unknown) => this.#failed(number, cause),
      );
    }
  }

  #came(number: number, bytes: Uint8Array): void {
    this.#inFlight.delete(number);
    this.#pages.set(number, bytes);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    this.#load();
    this.#tell();
  }

  #failed(number: number, cause: unknown): void {
    this.#inFlight.delete(number);
    if (this.#closed.signal.aborted) return;
    this.#error = cause instanceof Error ? cause : new Error(String(cause));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
