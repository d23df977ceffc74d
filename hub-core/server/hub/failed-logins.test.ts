import { describe, expect, it } from 'vitest';
import { connectionId, type ServiceId } from '../../common/base/ids.ts';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { ANONYMOUS_PRINCIPAL, FakePeer, messageOf } from '../../test/support/fake-service-peers.ts';
import type { Caller } from '../relay.ts';
import type { Exchange } from '../service/exchange.ts';
import { failedLogins } from './failed-logins.ts';

function login(payload: Uint8Array, change: Partial<Exchange> = {}): Exchange {
  const peer = new FakePeer('c1', ANONYMOUS_PRINCIPAL);
  const caller: Caller = {
    connectionId: connectionId('c1'),
    principal: ANONYMOUS_PRINCIPAL,
    via: 'http',
    transportKind: 'http',
    remoteAddress: '192.0.2.7:4000',
    providerLink: undefined,
    respond: peer.respond.bind(peer),
    data: peer.data.bind(peer),
    grant: () => undefined,
  };
  return {
    caller,
    message: messageOf({
      kind: Kind.Request,
      method: Method.Post,
      uri: '/auth/login',
      encoding: Encoding.Json,
      payload,
    }),
    requestId: 1,
    receivedMs: 0,
    checkedMs: 0,
    sentMs: 0,
    repliedMs: 0,
    endedMs: 0,
    service: 'auth' as ServiceId,
    pattern: '/login',
    routeName: 'auth/login',
    provider: undefined,
    providerLink: undefined,
    attempts: 0,
    captureSeq: 0,
    stream: undefined,
    ...change,
  };
}

describe('failedLogins', () => {
  it('[BL11] counts a login that failed against its address, with the client that it was for, and nothing else', () => {
    const noted: unknown[] = [];
    const observer = failedLogins({ noteOffence: (...offence) => noted.push(offence) });
    const wrong = jsonPayload({ client: 'cat', password: 'hush' });
    observer.ended(login(wrong), 'built-in', undefined, 'UNAUTHORIZED_ERR');
    observer.ended(login(jsonPayload({ client: 7 })), 'built-in', undefined, 'UNAUTHORIZED_ERR');
    observer.ended(login(new Uint8Array([123])), 'built-in', undefined, 'UNAUTHORIZED_ERR');
    observer.ended(login(wrong), 'built-in', undefined, '');
    observer.ended(login(wrong), 'built-in', undefined, 'BAD_REQUEST_ERR');
    observer.ended(login(wrong, { pattern: '/token' }), 'built-in', undefined, 'UNAUTHORIZED_ERR');
    expect(noted).toEqual([
      ['192.0.2.7:4000', 'credential', 'cat'],
      ['192.0.2.7:4000', 'credential', undefined],
      ['192.0.2.7:4000', 'credential', undefined],
    ]);
  });
});
