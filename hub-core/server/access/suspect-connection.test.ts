import { describe, expect, it } from 'vitest';
import { Kind } from '../../common/protocol/message.ts';
import { AccessBench } from '../../test/support/fake-access.ts';

describe('a connection that leaves a Ping unanswered', () => {
  it('[BK10] is suspect when a Ping is unanswered at the next look, until anything comes', async () => {
    const bench = await new AccessBench().open();
    const states: boolean[] = [];
    const look = (ms: number): void => {
      bench.clock.advance(ms);
      bench.connection.checkHeartbeat(bench.clock.nowMs());
      states.push(bench.connection.suspect);
    };
    look(15_000);
    look(3_000);
    await bench.send({ kind: Kind.Pong });
    states.push(bench.connection.suspect);
    look(3_000);
    expect([states, bench.relay.drainedLinks]).toEqual([[false, true, false, false], [bench.connection]]);
  });

  it('[BK10] ends a suspect connection when the heartbeat time is over', async () => {
    const bench = await new AccessBench().open();
    for (const ms of [15_000, 3_000, 12_000]) {
      bench.clock.advance(ms);
      bench.connection.checkHeartbeat(bench.clock.nowMs());
    }
    await bench.settle();
    expect([bench.goodbye()?.status, bench.relay.gone]).toEqual([408, ['c1']]);
  });
});
