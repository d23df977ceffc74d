import type { Clock } from '../../../common/base/clock.ts';
import type { Random } from '../../../common/base/random.ts';
import { DeadlineWheel, Timed } from '../../../common/dispatch/deadline-wheel.ts';

/** Before the first repeat, ms: more than a round trip nearly anywhere. */
const FIRST_DELAY_MS = 200;
/** Each wait is twice the one before, up to this, ms. */
const MAX_DELAY_MS = 2_000;
/** Waits differ by a quarter up or down, so that those who lost a datagram together do not repeat it together. */
const JITTER = 0.25;

/** How long past its time an answer is still let in, ms: the other side's own word that it is over comes late. */
const GRACE_MS = 1_000;

class Repeated<T> extends Timed {
  readonly id: number;
  readonly what: T;
  readonly untilMs: number;
  delayMs = FIRST_DELAY_MS;
  /** Not yet sent a second time. */
  isFresh = true;

  constructor(id: number, what: T, untilMs: number) {
    super();
    this.id = id;
    this.what = what;
    this.untilMs = untilMs;
  }
}

export interface RepeaterDeps<T> {
  readonly clock: Clock;
  readonly random: Random;
  /** @param leftMs of its time */
  readonly send: (what: T, leftMs: number) => void;
}

/** Sends again, with growing pauses, what stays unanswered, until it is answered or past its time. */
export class Repeater<T> implements Disposable {
  readonly #deps: RepeaterDeps<T>;
  readonly #entries = new Map<number, Repeated<T>>();
  readonly #wheel: DeadlineWheel<Repeated<T>>;
  #fresh = 0;

  constructor(deps: RepeaterDeps<T>) {
    this.#deps = deps;
    this.#wheel = new DeadlineWheel({ clock: deps.clock, onExpire: (entry) => this.#expire(entry) });
  }

  /** Those that were sent once: as many datagrams may be on their way. */
  get fresh(): number {
    return this.#fresh;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  /** From now on `what`, which was sent just now, is sent again. An older one with the same id is replaced. */
  add(id: number, what: T, lastsMs: number): void {
    this.remove(id);
    const entry = new Repeated(id, what, this.#deps.clock.nowMs() + lastsMs);
    this.#entries.set(id, entry);
    this.#fresh += 1;
    this.#schedule(entry);
  }

  /** @returns false when it is not known, or not any more */
  remove(id: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    this.#wheel.remove(entry);
    this.#age(entry);
    return true;
  }

  [Symbol.dispose](): void {
    this.#entries.clear();
    this.#wheel[Symbol.dispose]();
  }

  #age(entry: Repeated<T>): void {
    if (entry.isFresh) this.#fresh -= 1;
    entry.isFresh = false;
  }

  #schedule(entry: Repeated<T>): void {
    const jittered = entry.delayMs * (1 + JITTER * (2 * this.#deps.random() - 1));
    entry.delayMs = Math.min(MAX_DELAY_MS, entry.delayMs * 2);
    const atMs = this.#deps.clock.nowMs() + jittered;
    this.#wheel.add(entry, atMs < entry.untilMs ? atMs : entry.untilMs + GRACE_MS);
  }

  #expire(entry: Repeated<T>): void {
    const leftMs = entry.untilMs - this.#deps.clock.nowMs();
    this.#age(entry);
    if (leftMs <= 0) {
      if (leftMs > -GRACE_MS) this.#wheel.add(entry, entry.untilMs + GRACE_MS);
      else this.#entries.delete(entry.id);
      return;
    }
    this.#deps.send(entry.what, leftMs);
    // Sending may have ended everything.
    if (this.#entries.get(entry.id) === entry) this.#schedule(entry);
  }
}
