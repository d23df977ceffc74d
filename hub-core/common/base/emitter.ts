/** Something that can be subscribed to. Delivery is synchronous and in the order of subscription. */
export interface Event<T> {
  /**
   * Calls `listener` with every value announced from now on.
   *
   * A listener added while a value is being delivered sees only the next one; one removed meanwhile is not called.
   *
   * @returns a disposable that ends the subscription; disposing twice does nothing
   */
  subscribe(listener: (value: T) => void): Disposable;
}

export interface EmitterOptions {
  /** Receives what a listener threw; the other listeners still run. Default: reported as an unhandled error. */
  readonly onListenerError?: (error: unknown) => void;
}

/** Rethrows outside the delivery loop, so that one bad listener neither stops the others nor goes unseen. */
function reportAsync(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * The sending side of an {@link Event}. Its owner announces values; everyone else sees only `event`.
 *
 * @example
 * const opened = new Emitter<string>();
 * using subscription = opened.event.subscribe((id) => log(id));
 * opened.emit('c1');
 */
export class Emitter<T> implements Disposable {
  #listeners: readonly ((value: T) => void)[] = [];
  readonly #onListenerError: (error: unknown) => void;

  readonly event: Event<T> = { subscribe: (listener) => this.#subscribe(listener) };

  constructor(options: EmitterOptions = {}) {
    this.#onListenerError = options.onListenerError ?? reportAsync;
  }

  /** Number of live subscriptions; leak tests expect 0 at the end. */
  get listenerCount(): number {
    return this.#listeners.length;
  }

  emit(value: T): void {
    // The array is replaced, never changed, so this iteration is a snapshot without a copy per emit.
    const snapshot = this.#listeners;
    for (const listener of snapshot) {
      if (this.#listeners !== snapshot && !this.#listeners.includes(listener)) continue;
      try {
        listener(value);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#listeners = [];
  }

  #subscribe(listener: (value: T) => void): Disposable {
    // A wrapper of its own, so that the same function subscribed twice is two subscriptions.
    const entry = (value: T): void => listener(value);
    this.#listeners = [...this.#listeners, entry];
    return {
      [Symbol.dispose]: () => {
        this.#listeners = this.#listeners.filter((candidate) => candidate !== entry);
      },
    };
  }
}
