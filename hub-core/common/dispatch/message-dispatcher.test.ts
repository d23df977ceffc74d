import { describe, expect, it } from 'vitest';
import { EMPTY_BYTES, Encoding, Kind, Method, NO_HEADERS, type Message } from '../protocol/message.ts';
import { MessageDispatcher } from './message-dispatcher.ts';

const messageOf = (kind: Kind): Message => ({
  kind,
  method: Method.Call,
  flags: 0,
  encoding: Encoding.Bytes,
  status: 0,
  id: 1,
  timeoutMs: 0,
  uri: undefined,
  from: undefined,
  to: undefined,
  headers: NO_HEADERS,
  payload: EMPTY_BYTES,
  credit: 0,
  frame: undefined,
});

describe('MessageDispatcher', () => {
  it('[DI9] dispatch() calls the handler of the kind with message and context', () => {
    const dispatcher = new MessageDispatcher<string>();
    const seen: [Message, string][] = [];
    dispatcher.handle(Kind.Notice, (message, context) => seen.push([message, context]));
    const notice = messageOf(Kind.Notice);
    expect(dispatcher.dispatch(notice, 'here')).toBe(true);
    expect(dispatcher.dispatch(messageOf(Kind.Ping), 'here')).toBe(false);
    expect(seen).toEqual([[notice, 'here']]);
  });

  it('[DI10] the handler registered last wins; disposing it brings the one before back', () => {
    const dispatcher = new MessageDispatcher<undefined>();
    const seen: string[] = [];
    const first = dispatcher.handle(Kind.Ping, () => seen.push('first'));
    const second = dispatcher.handle(Kind.Ping, () => seen.push('second'));
    const ping = (): boolean => dispatcher.dispatch(messageOf(Kind.Ping), undefined);
    ping();
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    ping();
    first[Symbol.dispose]();
    expect({ handled: ping(), seen }).toEqual({ handled: false, seen: ['second', 'first'] });
  });

  it('[DI10] one that is not the last can go without anybody noticing', () => {
    const dispatcher = new MessageDispatcher<undefined>();
    const seen: string[] = [];
    const first = dispatcher.handle(Kind.Ping, () => seen.push('first'));
    dispatcher.handle(Kind.Ping, () => seen.push('second'));
    first[Symbol.dispose]();
    dispatcher.dispatch(messageOf(Kind.Ping), undefined);
    expect(seen).toEqual(['second']);
  });

  it('[DI10] the same function registered twice is two registrations', () => {
    const dispatcher = new MessageDispatcher<undefined>();
    const handler = (): void => {};
    const first = dispatcher.handle(Kind.Ping, handler);
    dispatcher.handle(Kind.Ping, handler);
    first[Symbol.dispose]();
    expect(dispatcher.dispatch(messageOf(Kind.Ping), undefined)).toBe(true);
  });

  it('[DI11] a handler may register and dispose while it runs', () => {
    const dispatcher = new MessageDispatcher<undefined>();
    const seen: string[] = [];
    using once = dispatcher.handle(Kind.Ping, () => {
      seen.push('once');
      once[Symbol.dispose]();
      dispatcher.handle(Kind.Ping, () => seen.push('after'));
    });
    dispatcher.dispatch(messageOf(Kind.Ping), undefined);
    dispatcher.dispatch(messageOf(Kind.Ping), undefined);
    expect(seen).toEqual(['once', 'after']);
  });

  it('[DI11] what a handler throws is the caller’s', () => {
    const dispatcher = new MessageDispatcher<undefined>();
    dispatcher.handle(Kind.Ping, () => {
      throw new Error('bad handler');
    });
    expect(() => dispatcher.dispatch(messageOf(Kind.Ping), undefined)).toThrow('bad handler');
  });
});
