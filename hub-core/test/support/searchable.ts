import type { Searchable } from '../../common/query/query.ts';

/** An exchange for filters to look at. */
export function searchable(more: Partial<Searchable> = {}): Searchable {
  return {
    seq: 7,
    atMs: 1_000,
    service: 'math',
    method: 'GET',
    uri: '/math/Add?a=1',
    from: 'Alice',
    connection: 'c1',
    via: 'socket',
    transport: 'TCP',
    provider: 'math@c2',
    providerClient: 'bob',
    status: 503,
    outcome: 'replied',
    error: 'UNAVAILABLE_ERR',
    durationMs: 12.5,
    queueMs: 2,
    requestBytes: 10,
    replyBytes: 20,
    attempts: 1,
    correlationId: 4,
    traits: 0,
    mark: 0,
    comment: '',
    tags: [],
    rules: [],
    bodies: [],
    ...more,
  };
}
