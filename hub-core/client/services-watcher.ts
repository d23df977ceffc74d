import { globMatches } from '../common/base/service-glob.ts';
import type { ServiceEvent, ServicesNews, WatchedService } from './services-news.ts';

/** News that wait for a reader; one that is further behind gets a snapshot instead. */
const MAX_WAITING = 1_000;

export interface WatcherEvents {
  /** It reads and has had no snapshot, or missed something since: it needs one. */
  wanting(): void;
  /** It reads no more. Called once. */
  left(): void;
}

/** One reader of a client's watch: what it has not read yet, and how it ends. */
export class ServicesWatcher implements AsyncIterableIterator<ServicesNews, undefined> {
  readonly glob: string;
  readonly #events: WatcherEvents;
  #waiting: ServicesNews[] = [];
  readonly #readers: PromiseWithResolvers<IteratorResult<ServicesNews, undefined>>[] = [];
  /** Knows all there is but for what waits. */
  #current = false;
  #end: { readonly error?: unknown } | undefined;

  constructor(glob: string, events: WatcherEvents) {
    this.glob = glob;
    this.#events = events;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ServicesNews, undefined>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end !== undefined) return this.#ended(this.#end);
    const reader = Promise.withResolvers<IteratorResult<ServicesNews, undefined>>();
    this.#readers.push(reader);
    if (!this.#current) this.#events.wanting();
    return reader.promise;
  }

  /** Ends the reading, as leaving a loop does. */
  return(): Promise<IteratorResult<ServicesNews, undefined>> {
    this.#finish({});
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What has not been read is given up, too. @param error what the reader is told, once */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  snapshot(services: readonly WatchedService[]): void {
    this.#current = true;
    this.#put({ event: 'snapshot', services: services.filter(({ id }) => globMatches(this.glob, id)) });
  }

  tell(news: ServiceEvent): void {
    if (this.#current && globMatches(this.glob, news.service)) this.#put(news);
  }

  #put(news: ServicesNews): void {
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value: news });
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(news);
    else {
      this.#waiting = [];
      this.#current = false;
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#waiting = [];
    this.#end = end;
    for (const reader of this.#readers.splice(0)) this.#ended(this.#end).then(reader.resolve, reader.reject);
    this.#events.left();
  }

  /** An error is told to the first who asks; from then on it is over. */
  #ended(end: { readonly error?: unknown }): Promise<IteratorResult<ServicesNews, undefined>> {
    this.#end = {};
    if ('error' in end) return Promise.reject(end.error);
    return Promise.resolve({ done: true, value: undefined });
  }
}
