import { describe, expect, it } from 'vitest';
import { Kind } from '../../common/protocol/message.ts';
import { AccessBench } from '../../test/support/fake-access.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RoundTrips } from './round-trips.ts';

describe('RoundTrips', () => {
  it('[UI76] measures each Ping by its own Pong, whatever their order', async () => {
    const clock = new FakeClock();
    const trips = new RoundTrips(clock);
    const ids: (number | undefined)[] = [];
    const first = trips.measure(({ id }) => ids.push(id), 1_000);
    clock.advance(5);
    const second = trips.measure(({ id }) => ids.push(id), 1_000);
    clock.advance(2);
    for (const id of [...ids].toReversed()) trips.answered(id ?? 0, clock.nowMs());
    trips.answered(99, clock.nowMs());
    expect([await first, await second, new Set(ids).size]).toEqual([7, 2, 2]);
  });

  it('[UI76] gives up in time, and takes no more than eight at a time', async () => {
    const clock = new FakeClock();
    const trips = new RoundTrips(clock);
    const waiting = Array.from({ length: 8 }, () => trips.measure(() => {}, 1_000));
    await expect(trips.measure(() => {}, 1_000)).rejects.toMatchObject({ errorName: 'CONFLICT_ERR' });
    const settled = Promise.allSettled(waiting);
    clock.advance(1_000);
    expect((await settled).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'rejected'));
    void trips.measure(() => {}, 1_000).catch(() => {});
    expect(clock.pendingTimers).toBe(1);
  });
});

describe('Connection.ping()', () => {
  it('[UI76] resolves with the time until the Pong, of which the heartbeat has none', async () => {
    const bench = await new AccessBench().open();
    const trip = bench.connection.ping(5_000);
    await bench.settle();
    const [ping] = bench.ofKind(Kind.Ping);
    bench.clock.advance(12);
    await bench.send({ kind: Kind.Pong, id: 0 });
    await bench.send({ kind: Kind.Pong, id: ping?.id ?? 0 });
    expect([ping?.id, await trip]).toEqual([1, 12]);
  });

  it('[UI76] rejects when the connection closes first, and afterwards', async () => {
    const bench = await new AccessBench().open();
    const trip = bench.connection.ping(5_000);
    bench.connection.goodbye('enough');
    await expect(trip).rejects.toMatchObject({ errorName: 'UNAVAILABLE_ERR' });
    await expect(bench.connection.ping(5_000)).rejects.toThrow('connection "c1" is closed');
  });
});
