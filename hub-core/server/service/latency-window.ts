const WINDOW = 128;

/** Durations of the latest answers of one channel, for people to look at. */
export class LatencyWindow {
  readonly #latest = new Float64Array(WINDOW);
  #count = 0;

  add(durationMs: number): void {
    this.#latest[this.#count % WINDOW] = durationMs;
    this.#count += 1;
  }

  /**
   * Values at the given ranks, nearest-rank.
   *
   * @param ranks each in (0, 1]
   * @returns one a rank; all null before the first answer
   */
  quantiles(ranks: readonly number[]): readonly (number | null)[] {
    const sorted = this.#latest.slice(0, Math.min(this.#count, WINDOW)).toSorted();
    return ranks.map((rank) => sorted[Math.ceil(rank * sorted.length) - 1] ?? null);
  }
}
