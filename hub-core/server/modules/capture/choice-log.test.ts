import { describe, expect, it } from 'vitest';
import { Method } from '../../../common/protocol/message.ts';
import { MAX_CANDIDATES } from '../../../common/traffic/choices.ts';
import type { TrafficBatch } from '../../../common/traffic/exchange.ts';
import { readChoices } from '../../../common/traffic/read-choices.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { ANY_PATH, clientPrincipal, createHarness, FakePeer } from '../../../test/support/fake-service-peers.ts';
import type { CaptureMode } from './capture-sink.ts';
import { createCapture } from './index.ts';

/** A hub's service layer with the tap as its observer. `providers` are `p1`, `p2`, … of as many clients. */
function start(providers: number, registration: Readonly<Record<string, unknown>> = {}) {
  const batches: TrafficBatch[] = [];
  const state: { mode: CaptureMode; seq: number } = { mode: 'recording', seq: 0 };
  const sink = {
    pendingBytes: 0,
    takeSeq: () => (state.seq += 1),
    modeOf: () => state.mode,
    bindTap: () => {},
    write: (batch: TrafficBatch) => void batches.push(batch),
  };
  const capture = createCapture({ clock: new FakeClock(), sink, limits: { maxBodyBytes: 8, budgetBytes: 1 << 20 } });
  const harness = createHarness({}, { observers: [capture] });
  const peers = Array.from({ length: providers }, (_, index) => {
    const peer = new FakePeer(`p${String(index + 1)}`, clientPrincipal(`client-${String(index + 1)}`));
    harness.register(peer, { id: 'math', routes: ANY_PATH, ...registration });
    return peer;
  });
  const caller = new FakePeer('c1', clientPrincipal('ann'));
  const taken = () => {
    capture.flush();
    const found = batches.flatMap(({ choices }) => (choices === undefined ? [] : readChoices(choices)));
    batches.length = 0;
    return found;
  };
  return { ...harness, caller, peers, state, taken };
}

describe('createCapture', () => {
  it('[ME9] tells by what rule a provider was chosen, from which others, and their load then', () => {
    const { caller, request, clock, taken } = start(3, { policy: 'least-in-flight', max_in_flight: 4, weight: 2 });
    request(caller, '/math/a');
    clock.advance(5);
    request(caller, '/math/a');
    const [first, second] = taken();
    // The registrations were recorded before them.
    expect([first?.seq, second?.seq]).toEqual([4, 5]);
    const free = { state: 'ready', inFlight: 0, maxInFlight: 4, weight: 2, weighed: 0 };
    expect(first?.choice).toEqual({
      ...{ attempt: 1, atMs: 0, rule: 'least-in-flight', provider: 'math@p1', after: '', pool: 3 },
      candidates: ['1', '2', '3'].map((n) => ({ ...free, provider: `math@p${n}`, client: `client-${n}` })),
    });
    expect(second?.choice.provider).toBe('math@p2');
    expect(second?.choice.candidates[0]).toMatchObject({ inFlight: 1, weighed: 0.5 });
  });

  it('[ME9] tells of each attempt, and whom it came from', () => {
    const { caller, request, layer, peers, taken } = start(2);
    request(caller, '/math/a', { method: Method.Get });
    const [one] = peers;
    if (one !== undefined) layer.disconnected(one.connectionId);
    expect(taken().map(({ choice: { attempt, provider, after, pool } }) => [attempt, provider, after, pool])).toEqual([
      [1, 'math@p1', '', 2],
      [2, 'math@p2', 'math@p1', 1],
    ]);
  });

  it('[ME9] tells of requests that name their client, and of no other one', () => {
    const { caller, request, taken } = start(2);
    request(caller, '/math/a', { to: 'client-2' });
    const [{ choice } = { choice: undefined }] = taken();
    expect(choice).toMatchObject({
      rule: 'pinned',
      provider: 'math@p2',
      candidates: [{ weighed: null }, { weighed: 0 }],
    });
  });

  it('[ME9] lists sixteen candidates at most, the chosen one among them', () => {
    const { caller, request, taken } = start(40);
    for (let index = 0; index < 40; index += 1) request(caller, '/math/a');
    const choices = taken().map(({ choice }) => choice);
    expect(new Set(choices.map(({ provider }) => provider)).size).toBe(40);
    for (const { provider, candidates, pool } of choices) {
      expect([pool, candidates.length]).toEqual([40, MAX_CANDIDATES]);
      expect(candidates.map((candidate) => candidate.provider)).toContain(provider);
    }
  });

  it('[ME9] tells nothing where there is nothing to choose, or nothing is recorded', () => {
    const alone = start(1);
    alone.request(alone.caller, '/math/a');
    expect(alone.taken()).toEqual([]);
    const paused = start(2);
    paused.state.mode = 'paused';
    paused.request(paused.caller, '/math/a');
    expect(paused.taken()).toEqual([]);
  });
});
