import type { Database, Statement } from 'better-sqlite3';
import type { RecordedCandidate, RecordedChoice } from '../common/traffic/choices.ts';

/** Row ids are `seq * 256 + attempt`: rows are appended as they come, which an index of two columns would cost twice the time. */
const ATTEMPTS = 256;

/** Compared numbers and times are told to people: six digits behind the point are enough, and are a third of the text. */
const PRECISION = 1e6;
const rounded = (value: number): number =>
  Number.isInteger(value) ? value : Math.round(value * PRECISION) / PRECISION;

/** As they are stored, in JSON. */
type CandidateTuple = readonly [
  provider: string,
  client: string,
  state: RecordedCandidate['state'],
  inFlight: number,
  maxInFlight: number,
  weight: number,
  weighed: number | null,
];
type ChoiceTuple = readonly [
  attempt: number,
  atMs: number,
  rule: RecordedChoice['rule'],
  provider: string,
  after: string,
  pool: number,
  candidates: readonly CandidateTuple[],
];

const toTuple = (candidate: RecordedCandidate): CandidateTuple => {
  const { provider, client, state, inFlight, maxInFlight, weight, weighed } = candidate;
  return [provider, client, state, inFlight, maxInFlight, weight, weighed === null ? null : rounded(weighed)];
};

const fromTuple = ([provider, client, state, inFlight, maxInFlight, weight, weighed]: CandidateTuple) => ({
  ...{ provider, client, state, inFlight, maxInFlight, weight, weighed },
});

function fromText(text: string): RecordedChoice {
  const [attempt, atMs, rule, provider, after, pool, candidates] = JSON.parse(text) as ChoiceTuple;
  return { attempt, atMs, rule, provider, after, pool, candidates: candidates.map(fromTuple) };
}

/** How the exchanges of one segment came to their providers. Statements are made when they are first used. */
export class ChoiceTable {
  readonly #db: Database;
  #insert: Statement<[number, string]> | undefined;
  #of: Statement<[number, number], string> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Within a transaction of the segment's. */
  add(seq: number, { attempt, atMs, rule, provider, after, pool, candidates }: RecordedChoice): void {
    if (attempt >= ATTEMPTS) return;
    this.#insert ??= this.#db.prepare('INSERT OR REPLACE INTO choice (id, choice) VALUES (?, ?)');
    const tuple: ChoiceTuple = [attempt, rounded(atMs), rule, provider, after, pool, candidates.map(toTuple)];
    this.#insert.run(seq * ATTEMPTS + attempt, JSON.stringify(tuple));
  }

  /** Of one exchange, the first attempt first. */
  of(seq: number): readonly RecordedChoice[] {
    this.#of ??= this.#db
      .prepare<[number, number], string>('SELECT choice FROM choice WHERE id BETWEEN ? AND ? ORDER BY id')
      .pluck();
    return this.#of.all(seq * ATTEMPTS, seq * ATTEMPTS + ATTEMPTS - 1).map(fromText);
  }
}
