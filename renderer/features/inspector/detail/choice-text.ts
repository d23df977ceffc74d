import type { Choice, ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { plural } from '../../../ui/format.ts';

interface RuleText {
  /** Head of the column of what was compared; undefined: nothing is. */
  readonly compared: string | undefined;
  /** Why the one that got it was it. */
  readonly why: string;
}

const RULES: Readonly<Record<Choice['rule'], RuleText>> = {
  'round-robin': { compared: undefined, why: 'it was the next in turn, whatever the load' },
  'least-in-flight': { compared: 'In flight / weight', why: 'it had the fewest requests in flight for its weight' },
  'two-choices': {
    compared: 'Load',
    why: 'of the two drawn at random it was the less loaded: requests in flight, times how long the latest answers took',
  },
  weighted: { compared: 'Share', why: 'the largest share had come together for it, by the weights' },
  sticky: { compared: 'Score', why: 'it has the highest score for this key of those that were available' },
  pinned: { compared: 'In flight', why: 'the request names its client, whose least loaded channel it was' },
};

/** Head of the column of what the rule compared; undefined where it compares nothing. */
export const comparedBy = (rule: Choice['rule']): string | undefined => RULES[rule].compared;

/** Why the one provider got the request, in a sentence. */
export function choiceText({ rule, pool, provider, candidates }: Choice): string {
  const free = candidates.filter(({ state }) => state === 'ready' || state === 'half-open').length;
  const from = `${provider} of ${plural(pool, 'provider')} by ${rule}`;
  if (pool === 1) return `${provider} was the only provider left.`;
  if (free === 1 && pool === candidates.length) return `${from}: no other one was free.`;
  const drawnAlone = rule === 'two-choices' && candidates.every(({ weighed }) => weighed === null);
  return drawnAlone ? `${from}: both draws led to it.` : `${from}: ${RULES[rule].why}.`;
}

/** Why there is no choice to tell of. */
export function noChoiceText({ attempts, row }: ExchangeDetail): string {
  if (attempts === 0) return 'No provider was chosen for it.';
  if (row.traits.includes('is:imported'))
    return 'It was imported without a record of what there was to choose from, or had one provider only.';
  return 'There was one provider, so there was nothing to choose, or it was not recorded: the row is of an earlier version, or the store was behind.';
}
