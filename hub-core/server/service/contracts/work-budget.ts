/** Thrown by {@link WorkBudget.spend}; never leaves this folder. */
export class WorkExhausted extends Error {
  override readonly name = 'WorkExhausted';
}

/**
 * How much one check may cost, in units of about one step of a validator. Schemas come from providers and bodies from
 * callers, and together they could keep the hub's loop busy for as long as they like.
 */
export class WorkBudget {
  readonly #units: number;
  #left = 0;

  constructor(units: number) {
    this.#units = units;
  }

  /** To be called before each check. */
  reset(): void {
    this.#left = this.#units;
  }

  /** @throws {WorkExhausted} when the check has had its units */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new WorkExhausted('Cannot go on: the check has cost what one may');
  }
}
