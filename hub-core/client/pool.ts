import { Emitter, type Event } from '../common/base/emitter.ts';
import type { MessageDispatcher } from '../common/dispatch/message-dispatcher.ts';
import { ConnectionLostError, type ClientError } from './errors.ts';
import type { Link, LinkEnd } from './link.ts';
import type { ClientConfig } from './options.ts';
import { Slot } from './slot.ts';
import type { ClientState } from './state.ts';

/** What a pool tells its client, in this order for one event: first the links, then the state. */
export interface PoolEvents {
  linkOpened(link: Link): void;
  linkClosed(link: Link, end: LinkEnd): void;
  /** Final: no link will open again. */
  failed(error: ClientError): void;
}

/** A client's connections, taken in turn. */
export class Pool {
  readonly onDidChangeState: Event<ClientState>;
  readonly #states = new Emitter<ClientState>();
  readonly #slots: readonly Slot[];
  readonly #events: PoolEvents;
  readonly #links: Link[] = [];
  readonly #size: number;
  /** Settled by the first time that every slot is open, or by a final failure before that. */
  readonly #ready = Promise.withResolvers<void>();
  #running: Promise<unknown> = Promise.resolve();
  #state: ClientState = { kind: 'connecting' };
  #turn = 0;

  constructor(config: ClientConfig, dispatcher: MessageDispatcher<Link>, events: PoolEvents) {
    this.onDidChangeState = this.#states.event;
    this.#events = events;
    this.#size = config.connections;
    this.#slots = Array.from({ length: config.connections }, () => {
      return new Slot(config, dispatcher, {
        opened: (link) => this.#opened(link),
        closed: (link, end) => this.#closed(link, end),
        attemptFailed: (error) => this.#attemptFailed(error),
        gaveUp: (error) => this.#gaveUp(error),
      });
    });
  }

  get state(): ClientState {
    return this.#state;
  }

  get links(): readonly Link[] {
    return this.#links;
  }

  /** Resolves when every connection is open. @throws {ClientError} when one cannot be made */
  open(): Promise<void> {
    this.#running = Promise.all(this.#slots.map((slot) => slot.run()));
    return this.#ready.promise;
  }

  /** The next link that takes requests, in turn; undefined when none does. */
  pick(): Link | undefined {
    const { length } = this.#links;
    for (let step = 0; step < length; step += 1) {
      this.#turn = (this.#turn + 1) % length;
      const link = this.#links[this.#turn];
      if (link?.usable === true) return link;
    }
    return undefined;
  }

  /** Says Goodbye on every connection and waits until they are closed. */
  async close(): Promise<void> {
    for (const slot of this.#slots) slot.stop();
    for (const link of [...this.#links]) link.close(0, 'the client closed');
    await this.#running;
    this.#change({ kind: 'closed' });
    this.#states[Symbol.dispose]();
  }

  #opened(link: Link): void {
    this.#links.push(link);
    this.#events.linkOpened(link);
    this.#change({ kind: 'open', connections: this.#links.length });
    if (this.#links.length === this.#size) this.#ready.resolve();
  }

  #closed(link: Link, end: LinkEnd): void {
    const at = this.#links.indexOf(link);
    if (at < 0) return;
    this.#links.splice(at, 1);
    this.#events.linkClosed(link, end);
    const { length } = this.#links;
    this.#change(length > 0 ? { kind: 'open', connections: length } : { kind: 'reconnecting', reason: end.text });
  }

  #attemptFailed(error: ClientError): void {
    if (this.#links.length === 0) this.#change({ kind: 'reconnecting', reason: error.message });
  }

  /**
   * A slot that was refused, or that could not be opened at first, speaks for all: they come with the same credential to
   * the same hub. One that is merely lost, and not made again, leaves the others.
   */
  #gaveUp(error: ClientError): void {
    if (this.#state.kind === 'failed' || this.#state.kind === 'closed') return;
    if (error instanceof ConnectionLostError && this.#links.length > 0) return;
    for (const slot of this.#slots) slot.stop();
    this.#change({ kind: 'failed', error });
    this.#events.failed(error);
    for (const link of [...this.#links]) link.close(0, 'the client gave up');
    this.#ready.reject(error);
  }

  #change(state: ClientState): void {
    const isFinal = this.#state.kind === 'closed' || (this.#state.kind === 'failed' && state.kind !== 'closed');
    if (isFinal) return;
    this.#state = state;
    this.#states.emit(state);
  }
}
