import type { MessageDispatcher } from '../common/dispatch/message-dispatcher.ts';
import { backOffMs, pause } from './back-off.ts';
import { ConnectError, ConnectionLostError, RefusedError, ClientError } from './errors.ts';
import type { Link, LinkEnd } from './link.ts';
import { openLink } from './open-link.ts';
import type { ClientConfig } from './options.ts';

/** A connection that held this long was a good one: the next failure starts counting anew. */
const SETTLED_AFTER_MS = 5_000;

/** What a slot tells its pool. */
export interface SlotEvents {
  opened(link: Link): void;
  closed(link: Link, end: LinkEnd): void;
  /** An attempt failed, another one follows. */
  attemptFailed(error: ClientError): void;
  /** No further attempt follows. */
  gaveUp(error: ClientError): void;
}

/** One place in the pool: keeps a connection in it for as long as the client lives. */
export class Slot {
  readonly #config: ClientConfig;
  readonly #dispatcher: MessageDispatcher<Link>;
  readonly #events: SlotEvents;
  readonly #stopped = new AbortController();
  #failures = 0;
  #everOpen = false;

  constructor(config: ClientConfig, dispatcher: MessageDispatcher<Link>, events: SlotEvents) {
    this.#config = config;
    this.#dispatcher = dispatcher;
    this.#events = events;
  }

  /** Runs until the slot is stopped or gives up. */
  async run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      let delayMs: number | undefined;
      try {
        const link = await openLink(this.#config, this.#dispatcher, signal);
        delayMs = await this.#hold(link);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ClientError)) throw error;
        delayMs = this.#afterFailure(error);
      }
      if (delayMs === undefined) return;
      // Stopping is the only thing that ends a pause early.
      await pause(this.#config.clock, delayMs, signal).catch(() => undefined);
    }
  }

  /** No further attempt; an open link is the pool's to close. */
  stop(): void {
    this.#stopped.abort(new ConnectionLostError('Cannot connect: the client is closed'));
  }

  /** @returns how long to wait before the next attempt; undefined = there is none */
  async #hold(link: Link): Promise<number | undefined> {
    const { clock } = this.#config;
    const openedMs = clock.nowMs();
    const ended = Promise.withResolvers<LinkEnd>();
    link.onDidClose.subscribe((end) => {
      this.#events.closed(link, end);
      ended.resolve(end);
    });
    if (!link.isOpen) throw new ConnectError('Cannot connect: the hub closed the connection right after Welcome');
    this.#everOpen = true;
    this.#events.opened(link);
    const end = await ended.promise;
    if (this.#stopped.signal.aborted) return undefined;
    // Whoever gives tokens has another one when a session ends; if that is refused too, it is over.
    const mayHaveAnother = typeof this.#config.token === 'function' && this.#config.reconnect !== undefined;
    if (end.goodbye?.isRefusal === true && !mayHaveAnother)
      return this.#giveUp(new RefusedError(end.goodbye.status, end.goodbye.text));
    if (this.#config.reconnect === undefined) {
      return this.#giveUp(new ConnectionLostError(`Cannot stay connected: the connection is lost: ${end.text}`));
    }
    if (clock.nowMs() - openedMs >= SETTLED_AFTER_MS) this.#failures = 0;
    return this.#nextDelay(end.goodbye?.retryAfterMs ?? 0);
  }

  #afterFailure(error: ClientError): number | undefined {
    const tryAgain = this.#everOpen ? this.#config.reconnect !== undefined : this.#config.waitForHub;
    if (error instanceof RefusedError || !tryAgain) return this.#giveUp(error);
    this.#events.attemptFailed(error);
    return this.#nextDelay(0);
  }

  #giveUp(error: ClientError): undefined {
    this.#events.gaveUp(error);
    return undefined;
  }

  /** @param atLeastMs what the hub asked for; the jitter comes on top, so that not all come back at that moment */
  #nextDelay(atLeastMs: number): number {
    this.#failures += 1;
    const { reconnect, random } = this.#config;
    const limits = reconnect ?? { baseDelayMs: 250, maxDelayMs: 10_000 };
    return atLeastMs + backOffMs(this.#failures, limits, random);
  }
}
