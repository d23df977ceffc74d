import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HubError } from '../../../common/errors/hub-error.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { Kind, type MessageInit } from '../../../common/protocol/message.ts';
import { DatagramReceiver, DatagramSender, frameOf } from '../../../common/transport/datagram/datagram.ts';
import { anonymousSecret, sessionMacs } from '../../../common/transport/datagram/datagram-keys.ts';
import type { CloseReason } from '../../../common/transport/transport.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { nodeDatagramCrypto as crypto } from './node-datagram-crypto.ts';
import { ReplyBudget } from './reply-memory.ts';
import { UdpCounters } from './udp-counters.ts';
import { UdpSession } from './udp-session.ts';
import { UdpSessions } from './udp-sessions.ts';

const CONFIG = {
  maxDatagramBytes: 1_200,
  sessionIdleMs: 60_000,
  maxSessions: 10,
  maxSessionsPerAddress: 2,
  replyMemoryMs: 30_000,
  replyMemoryBytes: 100_000,
  totalReplyMemoryBytes: 100_000,
};
const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const encode = (message: MessageInit): Uint8Array => codec.encode(message);

/** A session, its client's keys, and what it sent. */
function scene(address = '127.0.0.1') {
  const clock = new FakeClock();
  const counters = new UdpCounters();
  const sent: Uint8Array[] = [];
  const refusals: Uint8Array[] = [];
  const token = randomBytes(8);
  const macs = sessionMacs(anonymousSecret(), crypto, { nonce: randomBytes(16), challenge: randomBytes(24) });
  const session = new UdpSession(
    {
      token,
      source: { address, port: 4_000, socket: 0 },
      macs,
      welcome: (datagram) => void sent.push(datagram),
      refuse: (goodbye) => void refusals.push(goodbye),
    },
    {
      clock,
      codec,
      hubId: 'hub',
      config: CONFIG,
      budget: new ReplyBudget(CONFIG.totalReplyMemoryBytes),
      counters,
      transmit: (datagram) => void sent.push(datagram),
    },
  );
  const receiver = new DatagramReceiver(macs.hub);
  const client = new DatagramSender(token, macs.client);
  /** What the client heard since it last listened. */
  const heard = (): Kind[] =>
    sent.splice(0).map((datagram) => {
      expect(receiver.judge(datagram)).toBe('fresh');
      return codec.decode(frameOf(datagram)).kind;
    });
  const tell = (message: MessageInit): void => session.receive(client.seal(encode(message)));
  const open = (): void => {
    session.send(encode({ kind: Kind.Welcome }));
    heard();
  };
  return { clock, counters, session, refusals, heard, tell, open };
}

describe('UdpSession', () => {
  it('[UD7] asks again each second what the client leaves unanswered, until anything comes', () => {
    const { session, clock, heard, tell, open } = scene();
    open();
    session.send(encode({ kind: Kind.Ping }));
    clock.advance(1_000);
    session.sweep(clock.nowMs());
    session.sweep(clock.nowMs());
    expect(heard()).toEqual([Kind.Ping, Kind.Ping, Kind.Ping]);
    tell({ kind: Kind.Pong });
    session.sweep(clock.nowMs());
    expect(heard()).toEqual([]);
  });

  it('[UD12] is idle when nothing came for its time', () => {
    const { session, clock, tell, open } = scene();
    open();
    clock.advance(59_999);
    expect(session.sweep(clock.nowMs())).toBe('live');
    tell({ kind: Kind.Pong });
    clock.advance(59_999);
    expect(session.sweep(clock.nowMs())).toBe('live');
    clock.advance(1);
    expect(session.sweep(clock.nowMs())).toBe('idle');
  });

  it('[UD13] says Goodbye again to who still sends, eight times in five seconds, then is over', async () => {
    const { session, clock, heard, tell, open } = scene();
    open();
    const ends: CloseReason[] = [];
    session.onDidClose.subscribe((reason) => ends.push(reason));
    session.send(encode({ kind: Kind.Goodbye, status: 503 }));
    session.close({ code: 4_503, text: 'UNAVAILABLE_ERR' });
    expect(heard()).toEqual([Kind.Goodbye]);
    for (let time = 0; time < 10; time += 1) tell({ kind: Kind.Ping });
    expect(heard()).toEqual(Array.from({ length: 8 }, () => Kind.Goodbye));
    clock.advance(4_999);
    expect(session.sweep(clock.nowMs())).toBe('live');
    clock.advance(1);
    expect(session.sweep(clock.nowMs())).toBe('over');
    await Promise.resolve();
    expect(ends).toEqual([{ code: 4_503, text: 'UNAVAILABLE_ERR' }]);
  });

  it('[UD13] one that its client left is over at once; afterwards everything is harmless', async () => {
    const { session, clock, heard, open } = scene();
    open();
    const ends: CloseReason[] = [];
    session.onDidClose.subscribe((reason) => ends.push(reason));
    session.close({ code: 1_000, text: '' });
    session.close({ code: 1_001, text: 'again' });
    session.terminate();
    expect(session.sweep(clock.nowMs())).toBe('over');
    expect(session.send(encode({ kind: Kind.Ping }))).toBe(false);
    await Promise.resolve();
    expect([ends, heard()]).toEqual([[{ code: 1_000, text: '' }], []]);
  });

  it('[UD6] a Goodbye before Welcome is handed over unsigned, and a text that does not fit is left out', () => {
    const { session, refusals, heard } = scene();
    session.send(encode({ kind: Kind.Goodbye, status: 401, payload: new Uint8Array(5_000) }));
    expect([heard(), refusals.map((frame) => codec.decode(frame).status), refusals[0]?.length]).toEqual([
      [],
      [401],
      84,
    ]);
  });

  it('[UD8] does not take what comes while it is not read, and counts that', () => {
    const { session, counters, tell, open } = scene();
    open();
    const frames: Uint8Array[] = [];
    session.onFrame.subscribe((frame) => frames.push(frame));
    session.setReading(false);
    tell({ kind: Kind.Request, id: 1, uri: '/a/b' });
    session.setReading(true);
    expect([frames.length, counters.dropsOf('paused')]).toEqual([0, 1]);
    tell({ kind: Kind.Request, id: 1, uri: '/a/b' });
    expect(frames.length).toBe(1);
  });

  it('[UD11] sends no request, no piece of a stream and no credit', () => {
    const { session, counters, heard, open } = scene();
    open();
    for (const kind of [Kind.Request, Kind.Data, Kind.Credit, Kind.Cancel]) session.send(encode({ kind, id: 1 }));
    expect([heard(), counters.unsent]).toEqual([[], 4]);
  });
});

describe('UdpSessions', () => {
  const nobody = { goodbye: (): void => undefined };

  it('[UD12] an address has its share, counted with its network, and loopback as many as there are', () => {
    const sessions = new UdpSessions(CONFIG, new UdpCounters());
    const add = (address: string): void => {
      sessions.admit({ address });
      sessions.add(scene(address).session, nobody);
    };
    for (const address of ['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8::2']) add(address);
    expect(() => add('192.0.2.1')).toThrow('this address has as many as one may have');
    expect(() => add('2001:db8::3')).toThrow('this address has as many as one may have');
    for (let time = 0; time < 6; time += 1) add('127.0.0.1');
    expect(() => add('127.0.0.1')).toThrow('the hub has as many as it can hold');
  });

  it('[UD12] what is over makes room, and who is idle is told', () => {
    const sessions = new UdpSessions(CONFIG, new UdpCounters());
    const said: (HubError | string)[] = [];
    const [first, second] = [scene('192.0.2.1'), scene('192.0.2.1')];
    sessions.add(first.session, nobody);
    sessions.add(second.session, { goodbye: (reason) => void said.push(reason) });
    first.session.terminate();
    sessions.sweep(60_000);
    expect([sessions.size, said.map(String)]).toEqual([1, [expect.stringContaining('nothing came for 60000 ms')]]);
    expect(() => sessions.admit({ address: '192.0.2.1' })).not.toThrow();
  });
});

describe('UdpCounters', () => {
  it('[UD8] tells what was dropped since the last time, but not what networks do by themselves', () => {
    const counters = new UdpCounters();
    expect(counters.news()).toBeUndefined();
    for (const drop of ['forged', 'forged', 'replayed', 'malformed'] as const) counters.drop(drop);
    expect(counters.news()).toBe('malformed 1, forged 2');
    counters.drop('replayed');
    expect(counters.news()).toBeUndefined();
  });
});
