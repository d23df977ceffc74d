import { describe, expect, it } from 'vitest';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { closable, connectionMatches, refreshMs, withHistory } from './shown-rows.ts';

const row = (id: string, state: ConnectionRow['state'] = 'open'): ConnectionRow => ({
  id,
  state,
  client: 'cat',
  role: 'client',
  part: 'idle',
  agent: 'whub-node',
  transport: 'websocket',
  subprotocol: 'whub.v1.fbs',
  remoteAddress: '127.0.0.1',
  connectedAtMs: 0,
  closedAtMs: null,
  closeReason: null,
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  inFlight: 0,
  errors: 0,
  bufferedBytes: 0,
  lastMessageAtMs: null,
  services: ['math'],
});

const ids = (rows: readonly ConnectionRow[]): readonly string[] => rows.map(({ id }) => id);

describe('withHistory', () => {
  it('[UI77] adds those that are not listed any more, each once, oldest first', () => {
    const listed = [row('c3', 'closed'), row('c4')];
    expect(ids(withHistory(listed, [row('c3', 'closed'), row('c2', 'closed'), row('c1', 'closed')]))).toEqual([
      'c1',
      'c2',
      'c3',
      'c4',
    ]);
  });
});

describe('closable', () => {
  it('[UI78] is what is chosen and still open, else the selected row', () => {
    const rows = [row('c1'), row('c2', 'closed'), row('c3')];
    expect([
      ids(closable(rows, new Set(['c1', 'c2', 'c9']), rows[2])),
      ids(closable(rows, new Set(), rows[2])),
      ids(closable(rows, new Set(), rows[1])),
      ids(closable(rows, new Set(), undefined)),
    ]).toEqual([['c1'], ['c3'], [], []]);
  });
});

describe('the list of connections', () => {
  it('[UI78] is filtered by any field, and read less often the longer it is', () => {
    expect(['', 'CAT', 'math', '127.0', 'dog'].map((text) => connectionMatches(row('c1'), text))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([0, 1_000, 1_001, 10_000].map(refreshMs)).toEqual([1_000, 1_000, 2_000, 4_000]);
  });
});
