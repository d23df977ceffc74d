/** Changes of one key in the order in which they were asked for. */
interface Turns {
  asked: number;
  /** The latest of them that was carried out. */
  done: number;
  underWay: number;
}

/**
 * Changes that take a while to prepare, of which the one asked for last holds: one that is ready only after a later one was carried
 * out counts as carried out just before that, and is left out.
 */
export class NewestLast {
  readonly #turns = new Map<string, Turns>();

  /** Rejects with what either of the two throws; such a change holds back none before it. */
  async run<Prepared>(
    key: string,
    prepare: () => Promise<Prepared>,
    carryOut: (prepared: Prepared) => void,
  ): Promise<void> {
    const turns = this.#turns.get(key) ?? { asked: 0, done: 0, underWay: 0 };
    this.#turns.set(key, turns);
    turns.underWay += 1;
    const turn = (turns.asked += 1);
    try {
      const prepared = await prepare();
      if (turn < turns.done) return;
      carryOut(prepared);
      turns.done = turn;
    } finally {
      turns.underWay -= 1;
      if (turns.underWay === 0) this.#turns.delete(key);
    }
  }
}
