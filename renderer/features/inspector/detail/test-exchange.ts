import type { ExchangeDetail, ExchangeRow } from '../../../../hub-core/console/contract/capture-contract.ts';
import { exchangeRow } from '../test-rows.ts';

interface Change {
  readonly row?: Partial<ExchangeRow>;
  readonly request?: Partial<ExchangeDetail['request']>;
  readonly attempts?: number;
  readonly timing?: Partial<ExchangeDetail['timing']>;
}

/** An answered exchange for tests. */
export function testExchange({ row = {}, request = {}, attempts = 1, timing = {} }: Change = {}): ExchangeDetail {
  return {
    row: exchangeRow(7, { method: 'POST', ...row }),
    correlationId: 1,
    flags: 0,
    timeoutMs: 5_000,
    attempts,
    request: { encoding: 'json', headers: [], storedBytes: 2, totalBytes: 2, ...request },
    reply: { encoding: 'json', headers: [], storedBytes: 2, totalBytes: 2 },
    timing: { checkedMs: 1, sentMs: 2, repliedMs: 5, endedMs: 6, ...timing },
  };
}
