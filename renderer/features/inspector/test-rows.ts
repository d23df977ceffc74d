import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';

/** A finished row for tests. */
export function exchangeRow(seq: number, change: Partial<ExchangeRow> = {}): ExchangeRow {
  return {
    seq,
    atMs: seq * 10,
    method: 'GET',
    service: 'math',
    uri: '/math/add',
    from: 'alice',
    connection: 'c1',
    via: 'socket',
    transport: 'tcp',
    provider: 'math@c2',
    providerClient: 'worker',
    status: 200,
    outcome: 'replied',
    error: '',
    durationMs: 1,
    requestBytes: 1,
    replyBytes: 1,
    queueMs: 0,
    traits: [],
    mark: 0,
    comment: '',
    tags: [],
    gap: null,
    ...change,
  };
}
