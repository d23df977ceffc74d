import { RequestError } from '../../../common/errors/hub-error.ts';

/** Hashes at the same time: each takes tens of MiB and a thread that files are read on too. */
const MAX_RUNNING = 2;
/** Above this one would wait longer than callers do. */
const MAX_WAITING = 64;
const RETRY_AFTER_MS = 1_000;

/** Lets few password hashes run at a time; the others wait in the order they came. */
export class HashGate {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @throws {RequestError} UNAVAILABLE_ERR when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #enter(): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= MAX_WAITING) {
      const text = 'Cannot look at the password now: too many are looked at, try again later';
      throw new RequestError('UNAVAILABLE_ERR', text, { extra: { retry_after_ms: RETRY_AFTER_MS } });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }
}
