import { RE2JS } from 're2js';
import type { WorkBudget } from './work-budget.ts';

/** A program of 2,000 instructions takes about 0.2 ns an instruction for each character, a small one about 100 ns. */
const LEAST_UNITS_PER_CHARACTER = 4;
const INSTRUCTIONS_PER_UNIT = 64;

/**
 * A regular expression that takes time linear in its text, whatever the two are: RE2's syntax, so without look-around and
 * back-references.
 */
export class LinearPattern {
  readonly #source: string;
  readonly #program: RE2JS;
  readonly #unitsPerCharacter: number;
  readonly #budget: WorkBudget;

  /** @throws {Error} saying what of the pattern is not understood */
  constructor(source: string, budget: WorkBudget, flags = 0) {
    this.#source = source;
    this.#program = RE2JS.compile(RE2JS.translateRegExp(source), flags);
    this.#unitsPerCharacter =
      LEAST_UNITS_PER_CHARACTER + Math.ceil(this.#program.programSize() / INSTRUCTIONS_PER_UNIT);
    this.#budget = budget;
  }

  test(text: string): boolean {
    this.#budget.spend((text.length + 1) * this.#unitsPerCharacter);
    return this.#program.test(text);
  }

  /** Ajv tells patterns apart by it. */
  toString(): string {
    return this.#source;
  }
}
