import type { Clock } from '../common/base/clock.ts';
import { isServiceGlob } from '../common/base/service-glob.ts';
import { ProtocolError, RemoteError } from '../common/errors/hub-error.ts';
import { remoteErrorFrom } from '../common/errors/wire.ts';
import { Encoding, Method, type Message } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import type { Answer } from './answer.ts';
import { ConnectionLostError, DeadlineError } from './errors.ts';
import type { Link } from './link.ts';
import type { Requester } from './requester.ts';
import { parseServiceEvent, parseWatchedServices, type ServicesNews } from './services-news.ts';
import { ServicesWatcher } from './services-watcher.ts';

const EVENTS_TOPIC = '/services/events';
const WATCH_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 1_000;
/** A glob that no service id fits, since an id begins with a letter or digit: how a watch is given up. */
const NOTHING = '-';

export interface WatchOptions {
  /** Ids of services, in which `*` is any run of characters. Default `*`. */
  readonly services?: string | undefined;
  /** Ends the watch: the loop over it gets the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface ServicesWatchDeps {
  readonly clock: Clock;
  readonly requester: Requester;
  /** Those that are open. */
  readonly links: () => readonly Link[];
}

/** Asked again, a hub that is busy or draining may say yes. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof DeadlineError || (error instanceof RemoteError && (error.status === 429 || error.status >= 500))
  );
}

/**
 * A client's watch of services. The hub keeps one watch a connection, so all readers share one, on one connection; when that
 * is lost it is begun anew on another, and every reader gets a snapshot. Answers are taken as they arrive, not behind a
 * promise: what the hub says after them must not come before them.
 */
export class ServicesWatch {
  readonly #deps: ServicesWatchDeps;
  readonly #watchers = new Set<ServicesWatcher>();
  /** The connection that is watched on, or asked to be. */
  #link: Link | undefined;
  /** Counts how often the hub was asked: only the newest answer counts. */
  #turn = 0;
  #retry: Disposable | undefined;

  constructor(deps: ServicesWatchDeps) {
    this.#deps = deps;
  }

  /** @throws {TypeError} for a glob that is none @throws the signal's reason when it has aborted */
  watch({ services = '*', signal }: WatchOptions): AsyncIterableIterator<ServicesNews, undefined> {
    if (!isServiceGlob(services)) {
      throw new TypeError(
        `Cannot watch services "${services}": give a service id of a-z, 0-9, ".", "_" and "-", with "*" for any run`,
      );
    }
    signal?.throwIfAborted();
    const abort = (): void => watcher.fail(signal?.reason);
    const watcher = new ServicesWatcher(services, {
      wanting: () => {
        this.#watchers.add(watcher);
        this.#ask();
      },
      left: () => {
        signal?.removeEventListener('abort', abort);
        this.#left(watcher);
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
    return watcher;
  }

  linkOpened(): void {
    if (this.#link === undefined) this.#ask();
  }

  linkClosed(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#ask();
  }

  notice(message: Message, link: Link): void {
    if (message.uri !== EVENTS_TOPIC || link !== this.#link || this.#watchers.size === 0) return;
    const news = parseServiceEvent(message.payload);
    if (news === undefined) return;
    for (const watcher of this.#watchers) watcher.tell(news);
  }

  /** The client will have no further connection. */
  failAll(error: Error): void {
    this.#turn += 1;
    this.#stopRetrying();
    this.#link = undefined;
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  /** Asks for what all readers together want, from a hub that may watch something else for this client already. */
  #ask(): void {
    if (this.#watchers.size === 0) return;
    const [first] = this.#deps.links();
    const link = this.#link ?? first;
    // Without one, the next that opens will be asked.
    if (link === undefined) return;
    this.#link = link;
    this.#stopRetrying();
    const turn = ++this.#turn;
    const [glob, ...others] = new Set([...this.#watchers].map((watcher) => watcher.glob));
    this.#request(link, others.length === 0 ? (glob ?? '*') : '*', {
      isTimedToItsEnd: true,
      whole: (message) => this.#answered(turn, message),
      opened: (_message, _incoming, cancel) => {
        const error = new ProtocolError('Cannot watch services: the answer came in pieces');
        cancel(error);
        this.#failed(turn, error);
      },
      fail: (reason) => this.#failed(turn, reason),
    });
  }

  #request(link: Link, services: string, answer: Answer): void {
    this.#deps.requester.open(
      { method: Method.Post, uri: '/services/watch', encoding: Encoding.Json, payload: jsonPayload({ services }) },
      answer,
      { timeoutMs: WATCH_TIMEOUT_MS, resendable: false, pinnedTo: link },
    );
  }

  #answered(turn: number, message: Message): void {
    if (turn !== this.#turn) return;
    if (message.status >= 400) {
      this.#failed(turn, remoteErrorFrom(message.status, message.payload));
      return;
    }
    const services = parseWatchedServices(message.payload);
    for (const watcher of this.#watchers) watcher.snapshot(services);
  }

  #failed(turn: number, reason: unknown): void {
    // Of a connection that is lost the pool tells, and another one is asked then.
    if (turn !== this.#turn || reason instanceof ConnectionLostError) return;
    if (isPassing(reason)) this.#retry = this.#deps.clock.after(RETRY_AFTER_MS, () => this.#ask());
    else this.failAll(reason instanceof Error ? reason : new Error(String(reason)));
  }

  #left(watcher: ServicesWatcher): void {
    if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return;
    this.#turn += 1;
    this.#stopRetrying();
    const link = this.#link;
    this.#link = undefined;
    if (link?.isOpen !== true) return;
    // Nobody waits for it: a hub that does not hear it tells what nobody reads, until the connection ends.
    const ignore = (): void => undefined;
    this.#request(link, NOTHING, { isTimedToItsEnd: true, whole: ignore, opened: ignore, fail: ignore });
  }

  #stopRetrying(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
  }
}
