/** A pool of one service under test, with a caller and providers that the test speaks for. */
import type { MessageInit } from '../../common/protocol/message.ts';
import type { ServiceLimits } from '../../server/service/service-limits.ts';
import { ANY_PATH, clientPrincipal, createHarness, FakePeer, type Harness } from './fake-service-peers.ts';

export interface PoolScene extends Harness {
  readonly caller: FakePeer;
  /** Connections p0, p1, … of clients p0, p1, … that provide `math`. */
  readonly providers: readonly FakePeer[];
  readonly states: () => readonly string[];
  /** Requests that each was handed. */
  readonly loads: () => readonly number[];
}

export function setPoolScene(count: number, registration = {}, limits: Partial<ServiceLimits> = {}): PoolScene {
  const harness = createHarness(limits, { random: () => 0 });
  const providers = Array.from({ length: count }, (_, index) => {
    const peer = new FakePeer(`p${String(index)}`, clientPrincipal(`p${String(index)}`));
    harness.register(peer, { id: 'math', routes: ANY_PATH, ...registration });
    return peer;
  });
  const math = () => harness.layer.services().find(({ id }) => id === 'math');
  return {
    ...harness,
    caller: new FakePeer('caller', clientPrincipal('ann')),
    providers,
    states: () => math()?.providers.map(({ state }) => state) ?? [],
    loads: () => providers.map((peer) => peer.requests.length),
  };
}

export const at = (peers: readonly FakePeer[], index: number): FakePeer => {
  const peer = peers[index];
  if (peer === undefined) throw new RangeError(`Cannot take peer ${String(index)}`);
  return peer;
};

/** Sends requests to one provider and answers each with `status`. */
export function answerAll(scene: PoolScene, provider: number, statuses: readonly number[]): void {
  const peer = at(scene.providers, provider);
  for (const status of statuses) {
    scene.request(scene.caller, '/math/a', { to: peer.principal.clientId });
    scene.answer(peer, peer.requests.length - 1, { status });
  }
}

/** Failures that open a circuit breaker. */
export const FIVE = [500, 502, 503, 504, 500];
export const send = (scene: PoolScene, count: number, init: Partial<MessageInit> = {}): void => {
  for (let index = 0; index < count; index += 1) scene.request(scene.caller, '/math/a', init);
};
