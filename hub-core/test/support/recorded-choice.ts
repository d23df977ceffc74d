import {
  CANDIDATE_STATES,
  CHOICE_RULES,
  type ChoiceBatch,
  type RecordedCandidate,
  type RecordedChoice,
} from '../../common/traffic/choices.ts';

/** `math@c2` was chosen of twenty, two of which are listed. */
export function recordedChoice(change: Partial<RecordedCandidate> = {}): RecordedChoice {
  const candidate = { client: 'bob', state: 'ready', inFlight: 1, maxInFlight: 8, weight: 2 } as const;
  return {
    ...{ attempt: 1, atMs: 2, rule: 'least-in-flight', provider: 'math@c2', after: '', pool: 20 },
    candidates: [
      { ...candidate, provider: 'math@c2', weighed: 0.5, ...change },
      { ...candidate, provider: 'math@c3', state: 'saturated', weighed: null },
    ],
  };
}

/** A choice as the hub hands it over. */
export function choiceBatch(seq: number, choice: RecordedChoice): ChoiceBatch {
  const { attempt, atMs, rule, provider, after, pool, candidates } = choice;
  const channels = [...new Set([provider, after, ...candidates.map((each) => each.provider)])].filter(
    (each) => each !== '',
  );
  const clients = channels.map((id) => candidates.find((each) => each.provider === id)?.client ?? '');
  const placeOf = (id: string): number => channels.indexOf(id);
  const head = [seq, atMs, attempt, CHOICE_RULES.indexOf(rule), placeOf(provider), placeOf(after), pool];
  const listed = candidates.flatMap((each) => [
    placeOf(each.provider),
    CANDIDATE_STATES.indexOf(each.state),
    each.inFlight,
    each.maxInFlight,
    each.weight,
    each.weighed ?? Number.NaN,
  ]);
  return { channels, clients, numbers: new Float64Array([...head, candidates.length, ...listed]) };
}
