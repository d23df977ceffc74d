import {
  CANDIDATE_FIELDS,
  CANDIDATE_STATES,
  CandidateField,
  CHOICE_FIELDS,
  CHOICE_RULES,
  ChoiceField,
  type ChoiceBatch,
  type RecordedCandidate,
  type RecordedChoice,
} from './choices.ts';

/** A choice with the number of its exchange. */
export interface ExchangeChoice {
  readonly seq: number;
  readonly choice: RecordedChoice;
}

/** The choices of a batch, in their order. */
export function readChoices({ channels, clients, numbers }: ChoiceBatch): readonly ExchangeChoice[] {
  const choices: ExchangeChoice[] = [];
  const candidateAt = (at: number): RecordedCandidate => {
    const of = (field: number): number => numbers[at + field] ?? 0;
    const weighed = of(CandidateField.Weighed);
    return {
      provider: channels[of(CandidateField.Channel)] ?? '',
      client: clients[of(CandidateField.Channel)] ?? '',
      state: CANDIDATE_STATES[of(CandidateField.State)] ?? 'ready',
      inFlight: of(CandidateField.InFlight),
      maxInFlight: of(CandidateField.MaxInFlight),
      weight: of(CandidateField.Weight),
      weighed: Number.isNaN(weighed) ? null : weighed,
    };
  };
  for (let at = 0; at < numbers.length;) {
    const start = at;
    const of = (field: number): number => numbers[start + field] ?? 0;
    const listed = of(ChoiceField.Listed);
    const first = start + CHOICE_FIELDS;
    choices.push({
      seq: of(ChoiceField.Exchange),
      choice: {
        attempt: of(ChoiceField.Attempt),
        atMs: of(ChoiceField.At),
        rule: CHOICE_RULES[of(ChoiceField.Rule)] ?? 'round-robin',
        provider: channels[of(ChoiceField.Chosen)] ?? '',
        after: channels[of(ChoiceField.After)] ?? '',
        pool: of(ChoiceField.Pool),
        candidates: Array.from({ length: listed }, (_, place) => candidateAt(first + place * CANDIDATE_FIELDS)),
      },
    });
    at = first + listed * CANDIDATE_FIELDS;
  }
  return choices;
}
