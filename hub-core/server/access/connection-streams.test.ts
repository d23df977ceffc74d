import { describe, expect, it } from 'vitest';
import { Flag, HUB_ID_BIT, Kind } from '../../common/protocol/message.ts';
import { AccessBench } from '../../test/support/fake-access.ts';

describe('Connection: streams', () => {
  it('[SM4] tells from the id’s half whether Data, Credit and Cancel come from the caller or the provider', async () => {
    const bench = await new AccessBench().open();
    await bench.send(
      { kind: Kind.Data, id: 5, payload: new Uint8Array(2) },
      { kind: Kind.Data, id: HUB_ID_BIT + 6, payload: new Uint8Array(3) },
      { kind: Kind.Credit, id: 5, credit: 7 },
      { kind: Kind.Credit, id: HUB_ID_BIT + 6, credit: 8 },
      { kind: Kind.Cancel, id: HUB_ID_BIT + 6 },
    );
    expect(bench.relay.streamed).toEqual([
      { as: 'request data', id: 5, bytes: 2 },
      { as: 'response data', id: HUB_ID_BIT + 6, bytes: 3 },
      { as: 'caller credit', id: 5, bytes: 7 },
      { as: 'provider credit', id: HUB_ID_BIT + 6, bytes: 8 },
      { as: 'provider cancel', id: HUB_ID_BIT + 6, bytes: 0 },
    ]);
  });

  it('[SM16] hands on Data without copying them, and grants credit', async () => {
    const bench = await new AccessBench().open();
    const frame = bench.codec.encode({ kind: Kind.Data, id: HUB_ID_BIT + 5, payload: new Uint8Array(4) });
    const got: Uint8Array[] = [];
    bench.peer.onFrame.subscribe((each) => got.push(each));
    bench.connection.data(9, bench.codec.decode(frame));
    bench.connection.grant(9, 44);
    await bench.settle();
    expect([got[0] === frame, bench.ofKind(Kind.Data)[0]?.id, bench.ofKind(Kind.Credit)[0]?.credit]).toEqual([
      true,
      9,
      44,
    ]);
  });

  it('[SM17] does not close a caller for Data that it has not read, but for whole answers above the limit', async () => {
    const bench = await new AccessBench({ limits: { maxOutgoingBytes: 1_000, maxFrameBytes: 1_000 } }).open();
    // Nothing is read before the clock moves on.
    for (let count = 0; count < 4; count += 1) {
      bench.connection.data(9, { kind: Kind.Data, payload: new Uint8Array(900), flags: Flag.Stream });
    }
    bench.connection.respond(9, { kind: Kind.Response, status: 200, payload: new Uint8Array(900) });
    const after = bench.connection.state;
    bench.connection.respond(9, { kind: Kind.Response, status: 200, payload: new Uint8Array(900) });
    bench.connection.respond(9, { kind: Kind.Response, status: 200, payload: new Uint8Array(900) });
    await bench.settle();
    expect([after, bench.goodbye()?.status]).toEqual(['open', 408]);
  });
});
