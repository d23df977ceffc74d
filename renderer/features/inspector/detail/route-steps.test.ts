import { describe, expect, it } from 'vitest';
import { routeSteps } from './route-steps.ts';
import { testChoice, testExchange } from './test-exchange.ts';

const texts = (change: Parameters<typeof testExchange>[0]): readonly string[] =>
  routeSteps(testExchange(change)).map(({ text }) => text);

describe('routeSteps', () => {
  it('[UI105] tells the way of an answered request', () => {
    expect(texts({})).toEqual([
      'Arrived from alice, socket',
      'Route found, grant held',
      'Handed to worker on math@c2 after 1.0 ms in the queue',
      'worker answered',
      'The provider answered with 200',
    ]);
  });
  it('[UI105] tells of providers that left, and of what goes on', () => {
    expect(
      texts({ attempts: 3, timing: { repliedMs: null, endedMs: null }, row: { outcome: null, status: null } }),
    ).toEqual([
      'Arrived from alice, socket',
      'Route found, grant held',
      '2 providers left before an answer: sent again',
      'Handed to worker on math@c2',
      'Still on its way',
    ]);
  });
  it('[UI105] tells each hand-over, where they are recorded', () => {
    const again = testChoice({ attempt: 2, atMs: 9, provider: 'math@c3', after: 'math@c2', rule: 'pinned' });
    expect(texts({ attempts: 2, choices: [testChoice({}), again] }).slice(2, 5)).toEqual([
      'Attempt 1: handed to worker on math@c2, by least-in-flight',
      'math@c2 left before an answer: sent again',
      'Attempt 2: handed to other on math@c3, by pinned',
    ]);
    expect(texts({ attempts: 2, choices: [again] })[2]).toBe('Handed to math@c2, the only provider then');
  });
  it('[UI105] leaves out what a refused request never came to', () => {
    const timing = { checkedMs: null, sentMs: null, repliedMs: null, endedMs: 1 };
    expect(texts({ attempts: 0, timing, row: { provider: '', outcome: 'refused', status: 404 } })).toEqual([
      'Arrived from alice, socket',
      'The hub refused it before any provider got it with 404',
    ]);
  });
});
