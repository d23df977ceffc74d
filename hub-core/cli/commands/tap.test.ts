import { describe, expect, it } from 'vitest';
import type { ExchangeRow } from '../../console/contract/capture-contract.ts';
import { formatExchange } from './tap.ts';

const row: ExchangeRow = {
  seq: 7,
  atMs: new Date(2026, 10, 28, 10, 30, 5, 250).getTime(),
  method: 'GET',
  service: 'math',
  uri: '/math/add',
  from: 'ann',
  connection: 'c1',
  via: 'socket',
  transport: 'tcp',
  provider: 'math@c2',
  providerClient: 'bob',
  status: 200,
  outcome: 'replied',
  error: '',
  durationMs: 3.21,
  queueMs: 0,
  requestBytes: 0,
  replyBytes: 1_500,
  traits: [],
  mark: 0,
  comment: '',
  tags: [],
  gap: null,
};

describe('formatExchange', () => {
  it.each([
    [{ rows: 12, reason: 'behind' } as const, '12 exchanges were not recorded: the store could not keep up'],
    [{ rows: null, reason: 'ended' } as const, 'The hub ended without warning: its last exchanges were not recorded'],
  ])('[TS2, TS3] tells of a gap %j', (gap, text) => {
    expect(formatExchange({ ...row, outcome: 'gap', status: 0, gap })).toBe(`10:30:05.250  gap   ${text}`);
  });
});
