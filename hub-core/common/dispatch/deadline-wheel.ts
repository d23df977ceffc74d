import type { Clock } from '../base/clock.ts';

const NOT_IN_WHEEL = -1;

/**
 * Something with a deadline. The wheel's links are in the entry itself, so that setting and ending a deadline allocates
 * nothing; extend it, and leave its fields to the wheel.
 */
export class Timed {
  /** @internal */
  wheelTick = NOT_IN_WHEEL;
  /** @internal */
  wheelNext: Timed | undefined = undefined;
  /** @internal */
  wheelPrevious: Timed | undefined = undefined;
}

export interface DeadlineWheelOptions<T extends Timed> {
  readonly clock: Clock;
  /** Called once an entry, at its deadline or up to one tick (and the timer's own delay) later, never earlier. */
  readonly onExpire: (entry: T) => void;
  /** Default 10 ms. */
  readonly tickMs?: number;
  /** Slots of the wheel, a power of two. Default 1,024. */
  readonly slots?: number;
}

/**
 * Deadlines of any number of entries on a single timer, each set and ended in constant time. The timer runs only while
 * there are entries, and at most one tick longer.
 *
 * @see Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 6
 */
export class DeadlineWheel<T extends Timed> implements Disposable {
  readonly #clock: Clock;
  readonly #onExpire: (entry: T) => void;
  readonly #tickMs: number;
  readonly #mask: number;
  /** One sentinel a slot: the head of a ring. */
  readonly #slots: readonly Timed[];
  /** Entries whose time has come and that `onExpire` is still to be called for. */
  readonly #due = createRing();
  #size = 0;
  /** Ticks up to this one are done. */
  #doneTick = 0;
  #timer: Disposable | undefined;

  constructor(options: DeadlineWheelOptions<T>) {
    const { tickMs = 10, slots = 1_024 } = options;
    if (!(tickMs > 0))
      throw new RangeError(`Cannot make a deadline wheel with ticks of ${String(tickMs)} ms: it must be more than 0`);
    if (slots < 1 || (slots & (slots - 1)) !== 0) {
      throw new RangeError(`Cannot make a deadline wheel with ${String(slots)} slots: it must be a power of two`);
    }
    this.#clock = options.clock;
    this.#onExpire = options.onExpire;
    this.#tickMs = tickMs;
    this.#mask = slots - 1;
    this.#slots = Array.from({ length: slots }, createRing);
  }

  /** Entries that wait for their deadline. */
  get size(): number {
    return this.#size;
  }

  /** True while the timer runs. */
  get ticking(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * @param deadlineMs on the clock's monotonic time; Infinity = never, and the entry is not kept
   * @throws {TypeError} when the entry is in a wheel already
   */
  add(entry: T, deadlineMs: number): void {
    if (entry.wheelTick !== NOT_IN_WHEEL) throw new TypeError('Cannot set a deadline: the entry has one already');
    if (deadlineMs === Infinity) return;
    if (this.#timer === undefined) {
      this.#doneTick = Math.floor(this.#clock.nowMs() / this.#tickMs);
      this.#timer = this.#clock.every(this.#tickMs, () => this.#advance());
    }
    const tick = Math.max(Math.ceil(deadlineMs / this.#tickMs), this.#doneTick + 1);
    entry.wheelTick = tick;
    const ring = this.#slots[tick & this.#mask];
    if (ring !== undefined) append(ring, entry);
    this.#size += 1;
  }

  /** Ends the deadline; does nothing when there is none. */
  remove(entry: T): void {
    if (entry.wheelTick === NOT_IN_WHEEL) return;
    unlink(entry);
    entry.wheelTick = NOT_IN_WHEEL;
    this.#size -= 1;
  }

  /** Forgets every entry without calling it, and stops the timer. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    for (const ring of [...this.#slots, this.#due]) {
      for (let entry = ring.wheelNext; entry !== undefined && entry !== ring; entry = ring.wheelNext)
        this.remove(entry as T);
    }
  }

  #advance(): void {
    if (this.#size === 0) {
      this.#timer?.[Symbol.dispose]();
      this.#timer = undefined;
      return;
    }
    const nowTick = Math.floor(this.#clock.nowMs() / this.#tickMs);
    // A timer that comes late passes each slot once, however many rounds it missed.
    const first = Math.max(this.#doneTick + 1, nowTick - this.#mask);
    this.#doneTick = Math.max(this.#doneTick, nowTick);
    for (let tick = first; tick <= nowTick; tick += 1) this.#moveDue(this.#slots[tick & this.#mask], nowTick);
    // Taken one by one from the front: a handler may end the deadline of any other entry that is due.
    for (let entry = this.#due.wheelNext; entry !== undefined && entry !== this.#due; entry = this.#due.wheelNext) {
      this.remove(entry as T);
      this.#onExpire(entry as T);
    }
  }

  #moveDue(ring: Timed | undefined, nowTick: number): void {
    if (ring === undefined) return;
    let entry = ring.wheelNext;
    while (entry !== undefined && entry !== ring) {
      const next: Timed | undefined = entry.wheelNext;
      if (entry.wheelTick <= nowTick) {
        unlink(entry);
        append(this.#due, entry);
      }
      entry = next;
    }
  }
}

function createRing(): Timed {
  const ring = new Timed();
  ring.wheelNext = ring;
  ring.wheelPrevious = ring;
  return ring;
}

function append(ring: Timed, entry: Timed): void {
  const last = ring.wheelPrevious ?? ring;
  last.wheelNext = entry;
  entry.wheelPrevious = last;
  entry.wheelNext = ring;
  ring.wheelPrevious = entry;
}

function unlink(entry: Timed): void {
  if (entry.wheelPrevious !== undefined) entry.wheelPrevious.wheelNext = entry.wheelNext;
  if (entry.wheelNext !== undefined) entry.wheelNext.wheelPrevious = entry.wheelPrevious;
  entry.wheelNext = undefined;
  entry.wheelPrevious = undefined;
}
