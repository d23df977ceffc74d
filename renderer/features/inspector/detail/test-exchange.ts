import type { Choice, ExchangeDetail, ExchangeRow } from '../../../../hub-core/console/contract/capture-contract.ts';
import { exchangeRow } from '../test-rows.ts';

interface Change {
  readonly row?: Partial<ExchangeRow>;
  readonly request?: Partial<ExchangeDetail['request']>;
  readonly attempts?: number;
  readonly timing?: Partial<ExchangeDetail['timing']>;
  readonly choices?: ExchangeDetail['choices'];
}

/** An answered exchange for tests. */
export function testExchange({
  row = {},
  request = {},
  attempts = 1,
  timing = {},
  choices = [],
}: Change = {}): ExchangeDetail {
  return {
    row: exchangeRow(7, { method: 'POST', ...row }),
    correlationId: 1,
    flags: 0,
    timeoutMs: 5_000,
    attempts,
    request: { encoding: 'json', headers: [], storedBytes: 2, totalBytes: 2, ...request },
    reply: { encoding: 'json', headers: [], storedBytes: 2, totalBytes: 2 },
    timing: { checkedMs: 1, sentMs: 2, repliedMs: 5, endedMs: 6, ...timing },
    choices,
  };
}

/** One of two providers, `worker` on `math@c2` and `other` on `math@c3`, was chosen. */
export function testChoice(change: Partial<Choice>): Choice {
  const free = { state: 'ready', inFlight: 0, maxInFlight: 0, weight: 1 } as const;
  return {
    attempt: 1,
    atMs: 2,
    rule: 'least-in-flight',
    provider: 'math@c2',
    after: '',
    pool: 2,
    candidates: [
      { ...free, provider: 'math@c2', client: 'worker', weighed: 0 },
      { ...free, provider: 'math@c3', client: 'other', inFlight: 3, weighed: 3 },
    ],
    ...change,
  };
}
