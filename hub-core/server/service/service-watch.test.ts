import { describe, expect, it } from 'vitest';
import { Method, type MessageInit } from '../../common/protocol/message.ts';
import {
  bodyOf,
  clientPrincipal,
  containing,
  createHarness,
  FakePeer,
  managerPrincipal,
} from '../../test/support/fake-service-peers.ts';

class Watcher extends FakePeer {
  readonly notices: MessageInit[] = [];
  notify(notice: MessageInit): void {
    this.notices.push(notice);
  }
  get news(): unknown[] {
    return this.notices.map((notice) => bodyOf(notice));
  }
}

const ROUTES = [{ pattern: '/*rest' }];
const settle = async (): Promise<void> => Promise.resolve();

function setScene(watcher = new Watcher('c1', clientPrincipal('ann', ['ma*'], []))) {
  const harness = createHarness();
  return { ...harness, watcher, bob: new FakePeer('p1', clientPrincipal('bob')) };
}

describe('POST /services/watch', () => {
  it('[WA1] answers with the current list, then tells what changes', async () => {
    const { call, register, layer, watcher, bob, clock } = setScene();
    register(bob, { id: 'math', routes: ROUTES });
    await settle();
    expect(call(watcher, Method.Post, '/services/watch').body).toEqual([
      expect.objectContaining({ id: 'math', health: 'serving', provider_ids: ['math@p1'] }),
    ]);
    register(bob, { id: 'maps', routes: ROUTES });
    layer.disconnected(bob.connectionId);
    await settle();
    const at = new Date(clock.wallMs()).toISOString();
    expect(watcher.news).toEqual([
      { event: 'added', service: 'maps', health: 'serving', at },
      { event: 'provider-added', service: 'maps', provider: 'maps@p1', at },
      { event: 'provider-removed', service: 'math', provider: 'math@p1', at },
      { event: 'health', service: 'math', health: 'not-serving', at },
      { event: 'provider-removed', service: 'maps', provider: 'maps@p1', at },
      { event: 'health', service: 'maps', health: 'not-serving', at },
    ]);
  });

  it('[WA1] another watch replaces the first', async () => {
    const { call, register, watcher, bob } = setScene();
    call(watcher, Method.Post, '/services/watch');
    expect(call(watcher, Method.Post, '/services/watch', { services: 'map*' }).status).toBe(200);
    register(bob, { id: 'math', routes: ROUTES });
    await settle();
    expect(watcher.news).toEqual([]);
  });

  it('[WA2] tells nothing that the watcher may not see, and nothing once it is gone', async () => {
    const { call, register, layer, watcher, bob } = setScene();
    call(watcher, Method.Post, '/services/watch');
    register(bob, { id: 'secret', routes: ROUTES });
    register(bob, { id: 'math', routes: ROUTES });
    watcher.principal = clientPrincipal('ann', [], []);
    await settle();
    watcher.principal = managerPrincipal('ann');
    register(bob, { id: 'maps', routes: ROUTES });
    layer.disconnected(watcher.connectionId);
    await settle();
    expect(watcher.news).toEqual([]);
  });

  it('[WA3] tells of health that lasts', async () => {
    const { call, register, watcher, bob } = setScene();
    register(bob, { id: 'math', routes: ROUTES });
    call(watcher, Method.Post, '/services/watch');
    call(bob, Method.Post, '/services/drain', { id: 'math' });
    await settle();
    expect(watcher.news).toEqual([expect.objectContaining({ event: 'health', service: 'math', health: 'degraded' })]);
  });

  it('[WA4] is 400 without a connection, and for a glob that is none', () => {
    const { call, watcher } = setScene();
    const http = new FakePeer('h1', clientPrincipal('ann'), 'http');
    expect([
      call(http, Method.Post, '/services/watch').status,
      call(watcher, Method.Post, '/services/watch', { services: 'A B' }),
    ]).toEqual([400, { status: 400, body: expect.objectContaining({ detail: containing('"services"') }) as unknown }]);
  });
});
