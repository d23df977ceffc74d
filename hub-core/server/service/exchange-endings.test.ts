import { describe, expect, it } from 'vitest';
import { Flag, Method } from '../../common/protocol/message.ts';
import {
  ANY_PATH,
  clientPrincipal,
  createHarness,
  createMathScene,
  FakePeer,
  problemOf,
} from '../../test/support/fake-service-peers.ts';

describe('ExchangeRelay.disconnected', () => {
  it('[RQ9] cancels a lost caller’s requests at their providers and answers nobody', () => {
    const scene = createMathScene({}, { max_in_flight: 2 });
    for (let index = 0; index < 3; index += 1) scene.request(scene.caller, '/math/a');
    scene.layer.disconnected(scene.caller.connectionId);
    expect([scene.one.cancels.length, scene.caller.answers, scene.layer.kept]).toEqual([2, [], 0]);
    expect(scene.observer.finished.slice(1).map(({ outcome, answer }) => [outcome, answer])).toEqual([
      ['caller-lost', undefined],
      ['caller-lost', undefined],
      ['caller-lost', undefined],
    ]);
  });

  it.each([Method.Get, Method.Head, Method.Options, Method.Put, Method.Delete])(
    '[RQ10] sends what a lost provider had to another when method %i may be repeated',
    (method) => {
      const scene = createMathScene();
      scene.request(scene.caller, '/math/a', { method });
      scene.addSecond();
      scene.layer.disconnected(scene.one.connectionId);
      scene.answer(scene.two, 0);
      expect([scene.caller.statuses, scene.layer.counters.retries, scene.layer.kept]).toEqual([[[1, 200]], 1, 0]);
    },
  );

  it.each([
    ['POST', Method.Post, 0, 502],
    ['CALL', Method.Call, 0, 502],
    ['PATCH', Method.Patch, 0, 502],
    ['POST with the flag', Method.Post, Flag.Idempotent, undefined],
  ])('[RQ10] what a lost provider had as %s', (_what, method, flags, status) => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a', { method, flags });
    scene.addSecond();
    scene.layer.disconnected(scene.one.connectionId);
    expect([scene.caller.statuses[0]?.[1], scene.two.requests.length]).toEqual([status, status === undefined ? 1 : 0]);
  });

  it('[RQ10] repeats what a route calls idempotent', () => {
    const routes = [{ pattern: '/*rest', idempotent: true }];
    const scene = createMathScene({}, { routes });
    scene.register(scene.two, { id: 'math', routes });
    scene.request(scene.caller, '/math/a', { method: Method.Post });
    scene.layer.disconnected(scene.one.connectionId);
    expect(scene.two.requests).toHaveLength(1);
  });

  it('[RQ10] answers 502 when there is no other provider', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.layer.disconnected(scene.one.connectionId);
    expect(problemOf(scene.caller)).toMatchObject({ type: 'urn:whub:error:PROVIDER_LOST_ERR', status: 502 });
  });

  it('[RQ10] gives up after the retries', () => {
    const scene = createMathScene({ retries: 2 });
    scene.request(scene.caller, '/math/a');
    const peers = [
      scene.one,
      scene.two,
      new FakePeer('p3', clientPrincipal('eve')),
      new FakePeer('p4', clientPrincipal('fay')),
    ];
    for (const [index, peer] of peers.slice(0, 3).entries()) {
      const next = peers[index + 1];
      if (next !== undefined) scene.register(next, { id: 'math', routes: ANY_PATH });
      scene.layer.disconnected(peer.connectionId);
    }
    expect([peers.map((peer) => peer.requests.length), scene.caller.statuses]).toEqual([[1, 1, 1, 0], [[1, 502]]]);
  });

  it('[RQ10] what was not written yet goes to another, whatever its method', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 2; index += 1) scene.request(scene.caller, '/math/a', { method: Method.Post });
    scene.layer.disconnected(scene.two.connectionId);
    scene.register(scene.two, { id: 'math', routes: ANY_PATH, max_in_flight: 1 });
    const atSecond = scene.two.requests.length;
    scene.layer.disconnected(scene.one.connectionId);
    expect([atSecond, scene.caller.statuses]).toEqual([1, [[1, 502]]]);
  });

  it('[RQ10] keeps what waits while another provider is only busy, and refuses it with 503 when none is left', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 3; index += 1)
      scene.request(scene.caller, `/math/${String(index)}`, { method: Method.Post });
    scene.layer.disconnected(scene.one.connectionId);
    expect([scene.caller.statuses, scene.layer.kept]).toEqual([
      [
        [1, 502],
        [2, 503],
        [3, 503],
      ],
      0,
    ]);
  });

  it('[RQ10] keeps the order of what it hands over again', () => {
    const scene = createMathScene();
    for (const uri of ['/math/1', '/math/2', '/math/3']) scene.request(scene.caller, uri);
    scene.register(scene.two, { id: 'math', routes: ANY_PATH, max_in_flight: 1 });
    scene.layer.disconnected(scene.one.connectionId);
    for (let index = 0; index < 3; index += 1) scene.answer(scene.two, index);
    expect(scene.two.requests.map(({ message }) => message.uri)).toEqual(['/math/1', '/math/2', '/math/3']);
  });

  it('[RQ10] the deadline goes on over providers', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a', { timeoutMs: 1_000 });
    scene.clock.advance(400);
    scene.addSecond();
    scene.layer.disconnected(scene.one.connectionId);
    scene.clock.advance(620);
    expect([scene.two.requests[0]?.timeoutMs, scene.caller.statuses, scene.two.cancels.length]).toEqual([
      600,
      [[1, 504]],
      1,
    ]);
  });

  it('[RQ9] a connection that calls itself takes its requests with it', () => {
    const scene = createMathScene();
    scene.addSecond();
    for (let index = 0; index < 4; index += 1) scene.request(scene.one, '/math/a');
    scene.layer.disconnected(scene.one.connectionId);
    expect([scene.one.answers.length, scene.two.cancels.length, scene.layer.kept]).toEqual([1, 2, 0]);
  });
});

describe('ExchangeRelay observers', () => {
  it('[RQ15] are told of the beginning and the end once each, with times in order', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.clock.advance(7);
    scene.answer(scene.one, 0);
    const [, end] = scene.observer.finished;
    expect([scene.observer.started.length, scene.observer.finished.length]).toEqual([2, 2]);
    expect(end).toMatchObject({
      outcome: 'replied',
      error: '',
      exchange: {
        service: 'math',
        provider: 'math@p1',
        attempts: 1,
        requestId: 1,
        receivedMs: 0,
        checkedMs: 0,
        sentMs: 0,
        repliedMs: 7,
        endedMs: 7,
      },
    });
  });

  it('[RQ15] cannot harm the relay by throwing, and are reported once', () => {
    const lines: string[] = [];
    const log = {
      error: (_fields: unknown, text: string) => lines.push(text),
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
      trace: () => undefined,
      child: () => log,
    };
    const broken = {
      began: () => {
        throw new Error('began');
      },
      ended: () => {
        throw new Error('ended');
      },
    };
    const harness = createHarness({}, { observers: [broken], log });
    const caller = new FakePeer('c1', clientPrincipal('ann'));
    for (let index = 0; index < 3; index += 1) harness.request(caller, '/none/');
    expect([caller.answers.length, harness.observer.finished.length, lines.length]).toEqual([3, 3, 1]);
  });
});

describe('ExchangeRelay and misbehaving sides', () => {
  it('[RQ16] answers 500 when the request cannot be written', () => {
    const scene = createMathScene();
    scene.one.onSend = () => {
      throw new Error('secret of the codec');
    };
    scene.request(scene.caller, '/math/a');
    expect([problemOf(scene.caller), scene.layer.kept]).toEqual([expect.objectContaining({ status: 500 }), 0]);
    expect(JSON.stringify(problemOf(scene.caller))).not.toContain('secret');
  });

  it('[RQ16] is done with a request whose caller cannot take the answer', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.caller.onRespond = () => {
      throw new Error('closed');
    };
    scene.answer(scene.one, 0);
    expect(scene.layer.kept).toBe(0);
  });

  it('[RQ16] goes on when telling a provider of a cancel fails', () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    scene.one.onSend = () => {
      throw new Error('closed');
    };
    scene.layer.cancel(scene.caller, 1);
    expect([scene.caller.statuses, scene.layer.kept]).toEqual([[[1, 499]], 0]);
  });

  it('[RQ16] stays whole when a link closes itself while it is given a request', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 3; index += 1) scene.request(scene.caller, '/math/a');
    scene.addSecond();
    scene.one.onSend = () => scene.layer.disconnected(scene.one.connectionId);
    scene.answer(scene.one, 0);
    for (let index = 0; index < scene.two.requests.length; index += 1) scene.answer(scene.two, index);
    expect([scene.caller.statuses.map(([, status]) => status), scene.layer.kept]).toEqual([[200, 200, 200], 0]);
  });

  it('[RQ16] stays whole when the next in the queue is cancelled while one is handed out', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 4; index += 1) scene.request(scene.caller, `/math/${String(index)}`);
    scene.one.onSend = ({ message }) => {
      if (message.uri === '/math/1') scene.layer.cancel(scene.caller, 3);
    };
    scene.register(scene.one, { id: 'math', routes: ANY_PATH, max_in_flight: 3 });
    expect([
      scene.caller.statuses.filter(([id]) => id <= 4),
      scene.one.requests.map(({ message }) => message.uri),
    ]).toEqual([[[3, 499]], ['/math/0', '/math/1', '/math/3']]);
  });

  it('[RQ18] one that is asked from within an answer does not overtake those that wait', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (const uri of ['/math/1', '/math/2']) scene.request(scene.caller, uri);
    scene.caller.onRespond = () => {
      scene.caller.onRespond = undefined;
      scene.request(scene.caller, '/math/3');
    };
    for (let index = 0; index < 3; index += 1) scene.answer(scene.one, index);
    expect(scene.one.requests.map(({ message }) => message.uri)).toEqual(['/math/1', '/math/2', '/math/3']);
  });

  it('[RQ16] a caller that goes while others before it are handed out is not sent', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (const uri of ['/math/1', '/math/2']) scene.request(scene.caller, uri);
    const other = new FakePeer('c2', clientPrincipal('dan'));
    scene.one.link.congested = true;
    scene.layer.cancel(scene.caller, 1);
    scene.one.link.congested = false;
    scene.one.onSend = () => scene.layer.disconnected(other.connectionId);
    scene.request(other, '/math/3');
    expect([scene.one.requests.map(({ message }) => message.uri), scene.layer.kept]).toEqual([
      ['/math/1', '/math/2'],
      3,
    ]);
  });

  it('[RQ16] stays whole when callers ask again from within an answer', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    let asked = 0;
    scene.caller.onRespond = () => {
      if (asked < 20) scene.request(scene.caller, '/math/again');
      asked += 1;
    };
    scene.request(scene.caller, '/math/a');
    for (let index = 0; index < 21; index += 1) scene.answer(scene.one, index);
    expect([scene.caller.answers.length, scene.layer.kept]).toEqual([21, 0]);
  });
});

describe('ExchangeRelay.drainAll', () => {
  it('[RQ19] refuses new requests with 503 and resolves when the last is answered', async () => {
    const scene = createMathScene();
    scene.request(scene.caller, '/math/a');
    let drained = false;
    const draining = scene.layer.drainAll(new AbortController().signal).then(() => (drained = true));
    scene.request(scene.caller, '/math/b');
    await Promise.resolve();
    const before = drained;
    scene.answer(scene.one, 0);
    await draining;
    expect([before, scene.caller.statuses]).toEqual([
      false,
      [
        [2, 503],
        [1, 200],
      ],
    ]);
  });

  it('[RQ19] resolves at once when nothing is on its way, and when it is aborted', async () => {
    const idle = createMathScene();
    await idle.layer.drainAll(new AbortController().signal);
    const busy = createMathScene();
    busy.request(busy.caller, '/math/a');
    await busy.layer.drainAll(AbortSignal.abort());
    const abort = new AbortController();
    const draining = busy.layer.drainAll(abort.signal);
    abort.abort();
    await draining;
    expect(busy.layer.inFlight).toBe(1);
  });

  it('[RQ19] built-in services still answer, so that providers can leave', async () => {
    const scene = createMathScene();
    await scene.layer.drainAll(new AbortController().signal);
    expect(scene.call(scene.one, Method.Post, '/services/unregister', { id: 'math' }).status).toBe(200);
  });

  it('[RQ19] dispose answers what is left with 503 and leaves no timer', () => {
    const scene = createMathScene({}, { max_in_flight: 1 });
    for (let index = 0; index < 2; index += 1) scene.request(scene.caller, '/math/a');
    scene.layer.disconnected(scene.two.connectionId);
    scene.layer[Symbol.dispose]();
    scene.layer[Symbol.dispose]();
    expect([scene.caller.statuses.map(([, status]) => status), scene.layer.kept, scene.clock.pendingTimers]).toEqual([
      [503, 503],
      0,
      0,
    ]);
  });
});
