import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import { Encoding, Kind } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { messageOf } from '../../test/support/fake-service-peers.ts';
import { parseHello, type Hello } from './hello.ts';

function parse(value: unknown, upgrade?: { key: string }): Hello {
  return parseHello(messageOf({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(value) }), upgrade);
}

describe('parseHello', () => {
  it('[SE2] reads client, key and agent', () => {
    expect(parse({ client: 'cat', key: 'whub_1_x', agent: 'cat/1.0', resume: null })).toEqual({
      credential: { client: 'cat', key: 'whub_1_x' },
      agent: 'cat/1.0',
    });
  });

  it('[SE2] takes nothing at all for anonymous', () => {
    expect(parse({})).toEqual({ credential: undefined, agent: '' });
  });

  it('[SE3] uses the credential of the upgrade unless Hello has one', () => {
    expect(parse({ client: 'cat' }, { key: 'up' }).credential).toEqual({ client: 'cat', key: 'up' });
    expect(parse({ token: 't' }, { key: 'up' }).credential).toEqual({ token: 't' });
    expect(parse({}, { key: 'up' }).credential).toEqual({ key: 'up' });
  });

  it('[SE2] passes over members that it does not know', () => {
    expect(parse({ later: 1 }).credential).toBeUndefined();
  });

  it('[SE2] keeps control and direction characters out of the agent', () => {
    expect(parse({ agent: 'a\u0000\u001b[31m\u202eb\n' }).agent).toBe('a[31mb');
  });

  it.each([
    [null],
    ['x'],
    [[]],
    [{ client: 7 }],
    [{ client: '' }],
    [{ key: 'a', token: 'b' }],
    [{ agent: 'x'.repeat(129) }],
    [{ resume: 's1' }],
  ])('[SE2] refuses %j', (value) => {
    expect(() => parse(value)).toThrow(ProtocolError);
  });

  it('[SE2] refuses a payload that is not declared as JSON', () => {
    const hello = messageOf({ kind: Kind.Hello, encoding: Encoding.Bytes, payload: jsonPayload({}) });
    expect(() => parseHello(hello, undefined)).toThrow('Cannot read Hello: its payload must be JSON');
  });
});
