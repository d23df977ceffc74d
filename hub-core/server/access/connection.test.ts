import { describe, expect, it } from 'vitest';
import {
  HUB_ID_BIT,
  Encoding,
  Flag,
  Kind,
  Method,
  type Message,
  type MessageInit,
} from '../../common/protocol/message.ts';
import { parseJsonPayload } from '../../common/protocol/payload.ts';
import { AccessBench } from '../../test/support/fake-access.ts';
import { clientPrincipal } from '../../test/support/fake-service-peers.ts';

const request = (init: Partial<MessageInit> = {}): MessageInit => ({
  kind: Kind.Request,
  method: Method.Get,
  id: 7,
  uri: '/math/add',
  from: 'cat',
  ...init,
});
const response = (size: number): MessageInit => ({ kind: Kind.Response, status: 200, payload: new Uint8Array(size) });
function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length > 1) throw new RangeError(`Expected one, not ${String(items.length)}`);
  return item;
}
const problemOf = (message: Message | undefined): unknown => parseJsonPayload(message?.payload ?? new Uint8Array());

describe('Connection: handshake', () => {
  it('[SE1] answers a Hello with Welcome, and says who the client is and what holds', async () => {
    const bench = await new AccessBench().open();
    expect(problemOf(bench.ofKind(Kind.Welcome)[0])).toEqual({
      session: expect.stringMatching(/^[\w-]{22}$/) as string,
      client: 'cat',
      role: 'client',
      hub: { id: 'hub-1', name: 'test', version: '1.2.3' },
      limits: {
        max_frame_bytes: 1 << 20,
        max_in_flight: 4096,
        credit_bytes: 262_144,
        default_timeout_ms: 30_000,
        max_timeout_ms: 600_000,
      },
      heartbeat_ms: 15_000,
    });
    expect([bench.connection.state, bench.connection.client, bench.events]).toEqual(['open', 'cat', ['opened']]);
  });

  it('[SE3] takes the credential of the upgrade', async () => {
    const bench = new AccessBench({ credential: { key: 'good' } });
    await bench.send(bench.hello({ client: 'dog' }));
    expect(bench.connection.client).toBe('dog');
  });

  it('[SE2] lets a Hello without credential in as anonymous', async () => {
    const bench = new AccessBench();
    await bench.send(bench.hello({}));
    expect([bench.connection.state, bench.connection.principal.role]).toEqual(['open', 'anonymous']);
  });

  it('[SE4] ends a connection whose credential does not hold with Goodbye 401', async () => {
    const bench = new AccessBench();
    await bench.send(bench.hello({ client: 'cat', key: 'bad' }));
    expect(bench.goodbye()).toEqual({ status: 401, detail: 'Cannot sign in: the key is wrong' });
    expect(bench.closed?.code).toBe(4401);
    expect(bench.events).toEqual(['refused cat 401', 'closed', 'link closed']);
  });

  it('[SE35] refuses a credential that was revoked between its check and Welcome', async () => {
    const bench = new AccessBench();
    bench.authenticator.holding = true;
    await bench.send(bench.hello());
    bench.authenticator.release();
    bench.authenticator.revoked = true;
    await bench.settle();
    expect([bench.goodbye(), bench.ofKind(Kind.Welcome), bench.events]).toEqual([
      { status: 401, detail: 'Cannot accept the credential: it was revoked a moment ago' },
      [],
      ['refused cat 401', 'closed', 'link closed'],
    ]);
  });

  it.each([
    ['a Request', request()],
    ['a Welcome', { kind: Kind.Welcome }],
    ['a Ping', { kind: Kind.Ping }],
    ['a Response', { kind: Kind.Response, id: 1, status: 200 }],
  ] as const)('[SE5] ends a connection that begins with %s with Goodbye 400', async (_name, first) => {
    const bench = new AccessBench();
    await bench.send(first);
    expect([bench.goodbye()?.status, bench.closed?.code, bench.relay.requests]).toEqual([400, 4400, []]);
  });

  it('[SE5] ends a connection that says Hello twice with Goodbye 400, also when the first is being checked', async () => {
    const open = await new AccessBench().open();
    await open.send(open.hello());
    expect(open.goodbye()?.status).toBe(400);
    const held = new AccessBench();
    held.authenticator.holding = true;
    await held.send(held.hello(), held.hello());
    held.authenticator.release();
    await held.settle();
    expect(held.goodbye()?.status).toBe(400);
  });

  it('[SE5] ends a connection that says Welcome with Goodbye 400', async () => {
    const bench = await new AccessBench().open();
    await bench.send({ kind: Kind.Welcome });
    expect(bench.goodbye()?.status).toBe(400);
  });

  it('[SE6] holds what comes before Welcome and handles it afterwards in order', async () => {
    const bench = new AccessBench();
    bench.authenticator.holding = true;
    await bench.send(bench.hello(), request({ id: 1 }), request({ id: 2 }));
    expect(bench.relay.requests).toEqual([]);
    bench.authenticator.release();
    await bench.settle();
    expect(bench.relay.requests.map(({ message }) => message.id)).toEqual([1, 2]);
    expect(bench.received.map(({ kind }) => kind)).toEqual([Kind.Welcome]);
  });

  it('[SE6] keeps the time of arrival of what it held', async () => {
    const bench = new AccessBench();
    bench.authenticator.holding = true;
    await bench.send(bench.hello(), request());
    bench.clock.advance(500);
    bench.authenticator.release();
    await bench.settle();
    expect(bench.relay.requests[0]?.receivedMs).toBe(0);
  });

  it.each([
    ['messages', [1, 2, 3, 4, 5].map((id) => request({ id }))],
    ['bytes', [request({ payload: new Uint8Array(2048) })]],
  ])(
    '[SE6] ends a connection that sends more %s before Welcome than are held with Goodbye 413',
    async (_what, messages) => {
      const bench = new AccessBench();
      bench.authenticator.holding = true;
      await bench.send(bench.hello(), ...messages);
      expect([bench.goodbye()?.status, bench.closed?.code]).toEqual([413, 4413]);
      bench.authenticator.release();
      await bench.settle();
      expect([bench.relay.requests, bench.connection.state]).toEqual([[], 'closed']);
    },
  );

  it('[SE7] ends a handshake that takes too long with Goodbye 408', async () => {
    const bench = new AccessBench();
    await bench.clock.advanceAsync(9_999);
    expect(bench.connection.state).toBe('handshaking');
    await bench.clock.advanceAsync(1);
    await bench.settle();
    expect([bench.goodbye()?.status, bench.closed?.code]).toEqual([408, 4408]);
  });

  it('[SE7] leaves no timer behind', async () => {
    const bench = await new AccessBench().open();
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('Connection: messages', () => {
  it('[SE8] relays a request with its caller and its time of arrival', async () => {
    const bench = await new AccessBench().open();
    bench.clock.advance(42);
    await bench.send(request());
    const [relayed] = bench.relay.requests;
    expect([relayed?.caller, relayed?.receivedMs, relayed?.message.uri]).toEqual([bench.connection, 42, '/math/add']);
  });

  it('[SE9] fills in an absent from and keeps everything else', async () => {
    const bench = await new AccessBench().open();
    const sent = request({
      from: undefined,
      to: 'dog',
      timeoutMs: 99,
      flags: Flag.Idempotent,
      encoding: Encoding.Text,
      headers: [{ name: 'a', value: 'b' }],
      payload: new TextEncoder().encode('hi'),
    });
    await bench.send(sent);
    const { kind, method, flags, encoding, id, timeoutMs, uri, from, to, headers, payload } = only(
      bench.relay.requests,
    ).message;
    expect({
      kind,
      method,
      flags,
      encoding,
      id,
      timeoutMs,
      uri,
      from,
      to,
      headers,
      payload: new Uint8Array(payload),
    }).toEqual({
      ...sent,
      from: 'cat',
    });
  });

  it("[SE9] refuses another client's from with a 403 Response and goes on", async () => {
    const bench = await new AccessBench().open();
    await bench.send(request({ from: 'dog' }), request({ id: 8 }));
    const [refused] = bench.ofKind(Kind.Response);
    expect([refused?.id, refused?.status]).toEqual([7, 403]);
    expect(problemOf(refused)).toEqual({
      type: 'urn:whub:error:FORBIDDEN_ERR',
      title: 'Forbidden',
      status: 403,
      detail: 'Cannot send a request from "dog": this session is of client "cat"',
      instance: '/math/add',
      hub: 'hub-1',
      request: 7,
    });
    expect(bench.relay.requests.map(({ message }) => message.id)).toEqual([8]);
  });

  it('[SE9] refuses a one-way request without an answer', async () => {
    const bench = await new AccessBench().open();
    await bench.send(request({ from: 'dog', flags: Flag.OneWay }));
    expect([bench.ofKind(Kind.Response), bench.relay.requests, bench.connection.state]).toEqual([[], [], 'open']);
  });

  it.each([0, HUB_ID_BIT, 0xffff_ffff])(
    '[SE10] ends a connection that uses request id %d with Goodbye 400',
    async (id) => {
      const bench = await new AccessBench().open();
      await bench.send(request({ id }));
      expect([bench.goodbye()?.status, bench.relay.requests]).toEqual([400, []]);
    },
  );

  it('[SE10] refuses an id that is in flight with a 409 Response', async () => {
    const bench = await new AccessBench().open();
    bench.relay.inFlight.add(7);
    await bench.send(request({ from: 'dog' }));
    expect(bench.ofKind(Kind.Response).map(({ id, status }) => [id, status])).toEqual([[7, 409]]);
  });

  it("[SE11] drops the hub's own headers from requests and responses, but not whub-trace", async () => {
    const bench = await new AccessBench().open();
    const headers = ['whub-from', 'whub-trace', 'x-whub', 'whub-'].map((name) => ({ name, value: 'v' }));
    await bench.send(request({ headers }), { kind: Kind.Response, id: HUB_ID_BIT + 1, status: 200, headers });
    const kept = ['whub-trace', 'x-whub'];
    expect(bench.relay.requests[0]?.message.headers.map(({ name }) => name)).toEqual(kept);
    expect(bench.relay.responses[0]?.headers.map(({ name }) => name)).toEqual(kept);
    expect(bench.relay.responses[0]?.id).toBe(HUB_ID_BIT + 1);
  });

  it('[SE8] passes the frame itself on when policy changes nothing', async () => {
    const bench = await new AccessBench().open();
    await bench.send(request({ headers: [{ name: 'a', value: 'b' }] }));
    const { message } = bench.relay.requests[0] as { message: Message };
    bench.connection.send(message, HUB_ID_BIT + 5, 9);
    await bench.settle();
    const [sent] = bench.ofKind(Kind.Request);
    expect([sent?.id, sent?.timeoutMs, sent?.uri]).toEqual([HUB_ID_BIT + 5, 9, '/math/add']);
  });

  it('[SE12] counts and ignores what belongs to nothing', async () => {
    const bench = await new AccessBench().open();
    await bench.send({ kind: Kind.Response, id: 5, status: 200 }, { kind: Kind.Notice, uri: '/x' });
    expect([bench.connection.ignored, bench.connection.state]).toEqual([2, 'open']);
  });

  it('[SE8] passes Cancel and Response on', async () => {
    const bench = await new AccessBench().open();
    await bench.send({ kind: Kind.Cancel, id: 7 }, { kind: Kind.Response, id: HUB_ID_BIT + 3, status: 204 });
    expect([bench.relay.cancels, bench.relay.responses.map(({ id }) => id)]).toEqual([[7], [HUB_ID_BIT + 3]]);
  });

  it('[SE13] returns the id and the payload of a Ping, at most 125 bytes', async () => {
    const bench = await new AccessBench().open();
    await bench.send({ kind: Kind.Ping, id: 3, payload: new Uint8Array(125).fill(9) });
    const [pong] = bench.ofKind(Kind.Pong);
    expect([pong?.id, pong?.payload.byteLength, pong?.payload[124]]).toEqual([3, 125, 9]);
    await bench.send({ kind: Kind.Ping, payload: new Uint8Array(126) });
    expect(bench.goodbye()?.status).toBe(400);
  });

  it('[SE14] ends a connection whose frame is no message with Goodbye 400 and reads no further', async () => {
    const bench = await new AccessBench().open();
    bench.peer.send(new Uint8Array([1, 2, 3]));
    bench.peer.send(bench.codec.encode(request()));
    await bench.settle();
    expect([bench.goodbye()?.status, bench.closed, bench.relay.requests]).toEqual([
      400,
      { code: 4400, text: 'BAD_REQUEST_ERR' },
      [],
    ]);
    expect(bench.relay.gone).toEqual(['c1']);
  });

  it('[SE15] closes when the client says Goodbye, also before Hello', async () => {
    for (const bench of [await new AccessBench().open(), new AccessBench()]) {
      await bench.send({ kind: Kind.Goodbye });
      expect([bench.connection.closeReason, bench.ofKind(Kind.Goodbye), bench.closed?.code]).toEqual([
        'the client left',
        [],
        1000,
      ]);
    }
  });

  it('[SE15] tells the service layer exactly once that the connection is gone, however it ends', async () => {
    const bench = await new AccessBench().open();
    bench.peer.terminate();
    await bench.settle();
    bench.connection.goodbye('late');
    bench.connection.terminate();
    expect([bench.relay.gone, bench.events]).toEqual([['c1'], ['opened', 'closed', 'link closed']]);
  });

  it('[SE17] answers a request whose handler threw with 500 and goes on', async () => {
    const bench = await new AccessBench().open();
    using _failing = bench.dispatcher.handle(Kind.Request, () => {
      throw new Error('secret');
    });
    await bench.send(request());
    const [refused] = bench.ofKind(Kind.Response);
    expect([refused?.status, bench.connection.state, JSON.stringify(problemOf(refused)).includes('secret')]).toEqual([
      500,
      'open',
      false,
    ]);
  });
});

describe('Connection: pressure and life', () => {
  it('[SE18] sends a Ping after a silence and ends the connection when nothing comes back', async () => {
    const bench = await new AccessBench().open();
    const at = (ms: number): void => {
      bench.clock.advance(ms);
      bench.connection.checkHeartbeat(bench.clock.nowMs());
    };
    at(14_999);
    at(1);
    at(14_999);
    await bench.settle();
    expect([bench.ofKind(Kind.Ping).length, bench.connection.state]).toEqual([1, 'open']);
    at(1);
    await bench.settle();
    expect(bench.goodbye()?.status).toBe(408);
  });

  it('[SE18] takes anything that arrives for a sign of life', async () => {
    const bench = await new AccessBench().open();
    for (const sign of ['pong', 'activity']) {
      bench.clock.advance(15_000);
      bench.connection.checkHeartbeat(bench.clock.nowMs());
      if (sign === 'pong') await bench.send({ kind: Kind.Pong });
      else bench.connection.noteActivity();
      bench.clock.advance(14_999);
      bench.connection.checkHeartbeat(bench.clock.nowMs());
    }
    await bench.settle();
    expect([bench.ofKind(Kind.Ping).length, bench.connection.state]).toEqual([2, 'open']);
  });

  it('[SE19] is congested over its high-water mark and tells the service layer when it has drained', async () => {
    const bench = await new AccessBench({ limits: { maxOutgoingBytes: 1000 } }).open();
    bench.peer.setReading(false);
    expect(bench.connection.send(request({ payload: new Uint8Array(2000) }) as Message, HUB_ID_BIT + 1)).toBe(false);
    expect(bench.connection.congested).toBe(true);
    bench.peer.setReading(true);
    await bench.settle();
    expect([bench.connection.congested, bench.relay.drainedLinks]).toEqual([false, [bench.connection]]);
  });

  it('[SE19] gives a caller that does not read its answers up to a limit, then Goodbye 408', async () => {
    const bench = await new AccessBench({ limits: { maxOutgoingBytes: 1000, maxFrameBytes: 4000 } }).open();
    bench.peer.setReading(false);
    for (let id = 1; id <= 4; id += 1) bench.connection.respond(id, response(1000));
    expect(bench.connection.state).toBe('open');
    bench.connection.respond(5, response(1000));
    expect([bench.connection.state, bench.connection.closeReason?.slice(0, 4)]).toEqual(['closed', '408:']);
  });

  it('[SE20] is not read while its own requests hold more than the limit', async () => {
    const bench = await new AccessBench().open();
    bench.connection.requestBegan(4097);
    await bench.send(request({ id: 1 }));
    expect(bench.relay.requests).toEqual([]);
    bench.connection.requestEnded(2048);
    await bench.settle();
    expect(bench.relay.requests).toEqual([]);
    bench.connection.requestEnded(2048);
    await bench.settle();
    expect(bench.relay.requests.length).toBe(1);
  });

  it('[SE20] does not take a connection that it does not read for dead', async () => {
    const bench = await new AccessBench().open();
    bench.connection.requestBegan(4097);
    bench.clock.advance(60_000);
    bench.connection.checkHeartbeat(bench.clock.nowMs());
    await bench.settle();
    expect([bench.ofKind(Kind.Ping), bench.connection.state]).toEqual([[], 'open']);
  });

  it('[SE21] uses a changed principal from the next request on', async () => {
    const bench = await new AccessBench().open();
    const changed = clientPrincipal('cat', ['only']);
    bench.connection.updatePrincipal(changed);
    await bench.send(request());
    expect(bench.relay.requests[0]?.caller.principal).toBe(changed);
  });

  it('[SE15] says why it ends: an error by its status, a person by their words', async () => {
    const bench = await new AccessBench().open();
    bench.connection.goodbye('closed from the console');
    await bench.settle();
    expect([bench.goodbye(), bench.closed]).toEqual([
      { status: 0, detail: 'closed from the console' },
      { code: 1000, text: '' },
    ]);
  });

  it('[SE24] counts messages and bytes both ways', async () => {
    const bench = await new AccessBench().open();
    const { messagesIn, messagesOut, bytesIn, bytesOut } = bench.connection;
    expect([messagesIn, messagesOut, bytesIn > 0, bytesOut > 0]).toEqual([1, 1, true, true]);
  });
});
