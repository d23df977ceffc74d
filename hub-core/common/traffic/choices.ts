/**
 * How a request came to its provider, as the hub hands it to the traffic store: numbers only, so that noting a choice costs as little as
 * can be and a batch of them crosses threads as one buffer. A choice is {@link CHOICE_FIELDS} numbers, then
 * {@link CANDIDATE_FIELDS} for each candidate that is listed.
 */
export const ChoiceField = {
  /** Number of the exchange. */
  Exchange: 0,
  /** Milliseconds since its arrival. */
  At: 1,
  /** 1 = the first provider that it was handed to. */
  Attempt: 2,
  /** Place in {@link CHOICE_RULES}. */
  Rule: 3,
  /** Place of the chosen channel in the batch's list. */
  Chosen: 4,
  /** Place of the channel that had it before and left; -1 = none. */
  After: 5,
  /** Channels of the pool; more than are listed when it was large. */
  Pool: 6,
  /** Candidates that follow. */
  Listed: 7,
} as const;

export const CHOICE_FIELDS = 8;

export const CandidateField = {
  /** Place of the channel in the batch's list. */
  Channel: 0,
  /** Place in {@link CANDIDATE_STATES}. */
  State: 1,
  InFlight: 2,
  /** 0 = no limit. */
  MaxInFlight: 3,
  Weight: 4,
  /** What the rule compared; NaN = nothing of this one. */
  Weighed: 5,
} as const;

export const CANDIDATE_FIELDS = 6;

/** Candidates that are listed of one choice, the chosen one among them. */
export const MAX_CANDIDATES = 16;

/** The policies, and `pinned`: the request named its client. */
export const CHOICE_RULES = ['round-robin', 'least-in-flight', 'two-choices', 'weighted', 'sticky', 'pinned'] as const;
export type ChoiceRule = (typeof CHOICE_RULES)[number];

export const CANDIDATE_STATES = ['ready', 'saturated', 'draining', 'ejected', 'half-open', 'suspect'] as const;
export type CandidateState = (typeof CANDIDATE_STATES)[number];

export interface ChoiceBatch {
  /** `service@connection`, which the choices name by place. */
  readonly channels: readonly string[];
  /** Their clients, in the same order. */
  readonly clients: readonly string[];
  readonly numbers: Float64Array<ArrayBuffer>;
}

/** A provider channel as it was when the choice was made. */
export interface RecordedCandidate {
  readonly provider: string;
  readonly client: string;
  readonly state: CandidateState;
  /** Requests that it had, without this one. */
  readonly inFlight: number;
  /** 0 = no limit. */
  readonly maxInFlight: number;
  readonly weight: number;
  /**
   * What the rule compared: the least of it wins by `least-in-flight`, `two-choices` and `pinned`, the most by `weighted` and
   * `sticky`; null where it compared nothing, as `round-robin` never does.
   */
  readonly weighed: number | null;
}

export interface RecordedChoice {
  /** 1 = the first provider that the request was handed to. */
  readonly attempt: number;
  /** Milliseconds since its arrival. */
  readonly atMs: number;
  readonly rule: ChoiceRule;
  /** The channel that got it. */
  readonly provider: string;
  /** The channel that had it before and left without an answer; '' for none. */
  readonly after: string;
  /** Channels of the pool. */
  readonly pool: number;
  /** At most {@link MAX_CANDIDATES} of them, in their order, the one that got it among them. */
  readonly candidates: readonly RecordedCandidate[];
}
