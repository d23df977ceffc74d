import { describe, expect, it } from 'vitest';
import type { MessageInit } from '../../../common/protocol/message.ts';
import { createHarness, FakePeer, managerPrincipal } from '../../../test/support/fake-service-peers.ts';
import { Method } from '../../../common/protocol/message.ts';
import { createMessaging, type Mailbox } from './index.ts';

function mailbox(congested: boolean): Mailbox & { readonly posted: MessageInit[] } {
  const posted: MessageInit[] = [];
  return { connectionId: 'c', clientId: 'bob', congested, posted, post: (message) => posted.push(message) };
}

describe('createMessaging', () => {
  it('[MS7] leaves out connections that do not read, and counts them', () => {
    const [reading, stuck] = [mailbox(false), mailbox(true)];
    const messaging = createMessaging({
      connections: () => [reading, stuck],
      connectionsOf: () => [reading, stuck],
      providersOf: () => new Set(),
    });
    const { call } = createHarness({}, { builtIns: [messaging.service] });
    const answer = call(new FakePeer('c1', managerPrincipal()), Method.Post, '/message/send', {
      to: 'bob',
      topic: 'a',
    });
    const counted = messaging.metrics?.().map(({ name, value }) => [name, value]);
    expect([answer, reading.posted.length, stuck.posted.length, counted]).toEqual([
      { status: 200, body: { delivered: 1 } },
      1,
      0,
      [
        ['sent_total', 1],
        ['delivered_total', 1],
        ['dropped_total', 1],
      ],
    ]);
  });
});
