import { describe, expect, it } from 'vitest';
import { Flag, Kind } from '../../common/protocol/message.ts';
import { createMathScene, messageOf, type MathScene } from '../../test/support/fake-service-peers.ts';

/** Use, limit and whose, by the limit's name. */
function uses({ layer }: MathScene): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(layer.limitUses().map(({ name, used, limit, at }) => [name, [used, limit, at]]));
}

describe('ServiceLayer.limitUses()', () => {
  it('[ME25] tells each limit with the use of the one nearest to it', () => {
    const scene = createMathScene(
      { maxInFlightPerConnection: 8, queueMessages: 4, queueBytes: 1_000, maxServices: 5 },
      { max_in_flight: 2 },
    );
    for (let index = 0; index < 3; index += 1) scene.request(scene.caller, '/math/a', { payload: new Uint8Array(10) });
    const held = 10 + '/math/a'.length;
    expect(uses(scene)).toEqual({
      services: [1, 5, undefined],
      connection_in_flight: [3, 8, 'c1'],
      channel_in_flight: [2, 2, 'math@p1'],
      queue_messages: [1, 4, 'math'],
      queue_bytes: [held, 1_000, 'math'],
      stream_credit: [0, 1 << 20, undefined],
    });
  });

  it('[ME25] tells the common limits while nothing happens', () => {
    expect(uses(createMathScene({ maxInFlightPerConnection: 8 }))).toEqual({
      services: [1, 10_000, undefined],
      connection_in_flight: [0, 8, undefined],
      channel_in_flight: [0, 1_024, undefined],
      queue_messages: [0, 1_024, undefined],
      queue_bytes: [0, 64 << 20, undefined],
      stream_credit: [0, 1 << 20, undefined],
    });
  });

  it('[ME25] tells the credit of a stream from its beginning to its end', () => {
    const scene = createMathScene({ creditBytes: 10, maxStreamWindowBytes: 100 });
    const { caller, one, layer } = scene;
    const id = scene.request(caller, '/math/a');
    const before = uses(scene)['stream_credit'];
    const hubId = one.requests.at(-1)?.id ?? 0;
    layer.respond(one.link, messageOf({ kind: Kind.Response, status: 200, id: hubId, flags: Flag.Stream }));
    layer.callerCredit(caller, id, 50);
    layer.responseData(one.link, messageOf({ kind: Kind.Data, id: hubId, payload: new Uint8Array(4) }));
    const open = uses(scene)['stream_credit'];
    layer.responseData(one.link, messageOf({ kind: Kind.Data, id: hubId, flags: Flag.End }));
    expect([before, open, uses(scene)['stream_credit']]).toEqual([
      [0, 100, undefined],
      [56, 100, `c1 ${String(id)}`],
      [0, 100, undefined],
    ]);
  });
});
