import { describe, expect, it } from 'vitest';
import { clientPrincipal, createHarness, FakePeer } from '../../../test/support/fake-service-peers.ts';
import { createServiceManager } from './index.ts';

const SERVICE = {
  id: 'math',
  routes: [{ pattern: '/a', methods: ['GET', 'CALL'], summary: 'adds' }, { pattern: '/*rest' }],
};

function setScene() {
  const harness = createHarness();
  const manager = createServiceManager({
    layer: harness.layer,
    remoteAddressOf: (connection) => `address of ${connection}`,
  });
  const provider = new FakePeer('p1', clientPrincipal('bob'));
  return { ...harness, manager, provider, caller: new FakePeer('c1', clientPrincipal('ann')) };
}

describe('createServiceManager', () => {
  it('[PL13] list() shows services with the addresses of their providers and the words of their methods', () => {
    const { register, manager, provider } = setScene();
    register(provider, SERVICE);
    expect(manager.list()[0]).toMatchObject({
      id: 'math',
      builtIn: false,
      routes: [
        { pattern: '/a', methods: ['CALL', 'GET'], summary: 'adds' },
        { pattern: '/*rest', methods: [] },
      ],
      providers: [{ id: 'math@p1', client: 'bob', remoteAddress: 'address of p1', state: 'ready' }],
    });
  });

  it('[PL13] health() says how many services, requests and empty services there are', () => {
    const { register, request, layer, manager, provider, caller } = setScene();
    register(provider, SERVICE);
    request(caller, '/math/a');
    const busy = manager.health();
    layer.disconnected(provider.connectionId);
    expect([busy, manager.health()]).toEqual([
      { state: 'serving', detail: '1 services, 1 requests in flight, 0 queued' },
      { state: 'serving', detail: '1 services, 0 requests in flight, 0 queued, 1 without a provider' },
    ]);
  });

  it('[PL11] drainProvider() drains one channel', () => {
    const { register, manager, provider } = setScene();
    register(provider, SERVICE);
    const drained = [manager.drainProvider('math', 'math@p1'), manager.drainProvider('math', 'math@p2')];
    expect([drained, manager.list()[0]?.providers[0]?.state]).toEqual([[true, false], 'draining']);
  });

  it('[RQ19] drain() waits for the last answer, and stop() leaves no timer', async () => {
    const { register, request, answer, clock, manager, provider, caller } = setScene();
    await manager.start(new AbortController().signal);
    register(provider, SERVICE);
    request(caller, '/math/a');
    const draining = manager.drain(new AbortController().signal);
    answer(provider, 0);
    await draining;
    await manager.stop();
    await manager.stop();
    expect([caller.statuses.map(([, status]) => status), clock.pendingTimers]).toEqual([[200], 0]);
  });

  it('[RQ19] start() does nothing when it is aborted', async () => {
    const { manager } = setScene();
    await expect(manager.start(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
