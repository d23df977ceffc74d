/** How long one turn may go on. */
const TURN_MS = 8;
const LET_GO_AFTER = 64;

interface TurnQueueDeps<Item> {
  /** @returns true when the turn is over with this one: promises that it settled come before the next */
  readonly handle: (item: Item) => boolean;
  readonly nowMs: () => number;
  /** Calls later, when everything else that waits had its turn. */
  readonly nextTurn: (fn: () => void) => void;
}

/**
 * Work in order of arrival, some of it a turn of the event loop. A message port gives a thread up to a thousand messages in one
 * turn, and those that come meanwhile, too: handled at once, they would keep a thread that is behind from everything else.
 */
export class TurnQueue<Item> {
  readonly #deps: TurnQueueDeps<Item>;
  #items: Item[] = [];
  #next = 0;
  #scheduled = false;

  constructor(deps: TurnQueueDeps<Item>) {
    this.#deps = deps;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#schedule();
  }

  /** Handles all that waits, at once. */
  flush(): void {
    while (this.#next < this.#items.length) this.#handle(() => false);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#deps.nextTurn(() => {
      this.#scheduled = false;
      const endsMs = this.#deps.nowMs() + TURN_MS;
      this.#handle(() => this.#deps.nowMs() >= endsMs);
      if (this.#next < this.#items.length) this.#schedule();
    });
  }

  #handle(isOver: () => boolean): void {
    while (this.#next < this.#items.length) {
      const item = this.#take();
      if (this.#deps.handle(item) || isOver()) return;
    }
  }

  #take(): Item {
    const item = this.#items[this.#next] as Item;
    this.#next += 1;
    // What was handled is let go, in one copy for many.
    if (this.#next === this.#items.length || this.#next >= LET_GO_AFTER) {
      this.#items = this.#items.slice(this.#next);
      this.#next = 0;
    }
    return item;
  }
}
