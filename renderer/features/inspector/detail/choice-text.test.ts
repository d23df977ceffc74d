import { describe, expect, it } from 'vitest';
import { CHOICE_RULES } from '../../../../hub-core/common/traffic/choices.ts';
import { choiceText, comparedBy, noChoiceText } from './choice-text.ts';
import { testChoice, testExchange } from './test-exchange.ts';

describe('choiceText', () => {
  it('[UI109] says by what rule the one was chosen', () => {
    expect(choiceText(testChoice({}))).toBe(
      'math@c2 of 2 providers by least-in-flight: it had the fewest requests in flight for its weight.',
    );
    const texts = CHOICE_RULES.map((rule) => choiceText(testChoice({ rule })));
    expect(new Set(texts).size).toBe(CHOICE_RULES.length);
    expect(CHOICE_RULES.filter((rule) => comparedBy(rule) === undefined)).toEqual(['round-robin']);
  });

  it('[UI109] says when no other one was free, left, or drawn', () => {
    const [one, other] = testChoice({}).candidates;
    if (one === undefined || other === undefined) throw new Error('There are two');
    const busy = { ...other, state: 'saturated', weighed: null } as const;
    expect(choiceText(testChoice({ candidates: [one, busy] }))).toContain('no other one was free');
    // Those that are not listed may have been.
    expect(choiceText(testChoice({ candidates: [one, busy], pool: 20 }))).toContain('fewest');
    expect(choiceText(testChoice({ candidates: [one], pool: 1 }))).toBe('math@c2 was the only provider left.');
    const undrawn = [one, other].map((candidate) => ({ ...candidate, weighed: null }));
    expect(choiceText(testChoice({ rule: 'two-choices', candidates: undrawn }))).toContain('both draws');
  });

  it('[UI109] says why there is nothing to tell', () => {
    expect(noChoiceText(testExchange({ attempts: 0 }))).toContain('No provider');
    expect(noChoiceText(testExchange({ row: { traits: ['is:imported'] } }))).toContain('imported without');
    expect(noChoiceText(testExchange({}))).toContain('one provider');
  });
});
