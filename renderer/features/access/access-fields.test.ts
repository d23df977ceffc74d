import { describe, expect, it } from 'vitest';
import type { AuditRow, BlockRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { auditMatches, blockAgain, blockMatches, mergedRecords, parseMinutes } from './access-fields.ts';

const BLOCK: BlockRow = {
  kind: 'address',
  target: '10.0.0.0/8',
  reason: 'too loud',
  source: 'manual',
  createdAtMs: 0,
  expiresAtMs: 60_000,
};

const record = (id: number, change: Partial<AuditRow> = {}): AuditRow => ({
  id,
  atMs: 0,
  actor: 'console',
  via: 'console',
  address: null,
  action: 'blocks.add',
  target: 'cat',
  detail: 'reason noise',
  ...change,
});

describe('parseMinutes', () => {
  it('[UI74] is whole minutes up to a year, 0 for no end', () => {
    expect(['0', '10', '525600', '525601', '-1', '1.5', ''].map(parseMinutes)).toEqual([
      0,
      600_000,
      31_536_000_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('blockAgain', () => {
  it('[UI74] blocks for what was left of the time, and no more once it ran out', () => {
    const { kind, target, reason } = BLOCK;
    expect([
      blockAgain(BLOCK, 45_000),
      blockAgain({ ...BLOCK, expiresAtMs: null }, 45_000),
      blockAgain(BLOCK, 60_000),
    ]).toEqual([{ kind, target, reason, forMs: 15_000 }, { kind, target, reason, forMs: 0 }, undefined]);
  });
});

describe('filters of the Access page', () => {
  it('[UI75] match when every word stands in some field', () => {
    expect(['', 'CAT noise', 'blocks console', 'cat dog'].map((text) => auditMatches(record(1), text))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([blockMatches(BLOCK, '10. loud'), blockMatches(BLOCK, 'auto')]).toEqual([true, false]);
  });
});

describe('mergedRecords', () => {
  it('[UI75] has every record once, newest first, however the pages overlap', () => {
    const rows = mergedRecords([record(5), record(4)], [record(5), record(4), record(3), record(2)]);
    expect(rows.map(({ id }) => id)).toEqual([5, 4, 3, 2]);
    expect(mergedRecords([], [])).toEqual([]);
  });
});
