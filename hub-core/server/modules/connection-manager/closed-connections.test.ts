import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { ClosedConnections } from './closed-connections.ts';
import type { ConnectionSnapshot } from './connection-snapshot.ts';

const closed = (id: number): ConnectionSnapshot => ({ id: `c${String(id)}` }) as ConnectionSnapshot;

describe('ClosedConnections', () => {
  it('[UI77] lists those of the last minute among the open ones, and keeps the others as history', () => {
    const clock = new FakeClock();
    const connections = new ClosedConnections(clock, 10);
    connections.add(closed(1));
    clock.advance(40_000);
    connections.add(closed(2));
    clock.advance(20_000);
    const ids = (rows: readonly ConnectionSnapshot[]): readonly string[] => rows.map(({ id }) => id);
    expect([ids(connections.recent()), ids(connections.history(10)), ids(connections.history(1))]).toEqual([
      ['c2'],
      ['c2', 'c1'],
      ['c2'],
    ]);
    clock.advance(40_000);
    expect(connections.recent()).toEqual([]);
  });

  it('[UI77] keeps the newest, however many come', () => {
    const connections = new ClosedConnections(new FakeClock(), 3);
    for (let id = 1; id <= 50; id += 1) connections.add(closed(id));
    expect(connections.history(1_000).map(({ id }) => id)).toEqual(['c50', 'c49', 'c48']);
    expect(connections.recent().map(({ id }) => id)).toEqual(['c48', 'c49', 'c50']);
  });
});
