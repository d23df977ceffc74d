import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { Encoding, Flag, Kind, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import { jsonPayload } from '../../../common/protocol/payload.ts';
import {
  DatagramReceiver,
  DatagramSender,
  frameOf,
  handshakeDatagram,
  isHandshake,
  isSigned,
} from '../../../common/transport/datagram/datagram.ts';
import { readHello } from '../../../common/transport/datagram/datagram-hello.ts';
import { keyParts, masked, sessionMacs } from '../../../common/transport/datagram/datagram-keys.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { RefusedError } from '../../errors.ts';
import type { DatagramPort } from './datagram-port.ts';
import { nodeDatagramCrypto as crypto } from './node-datagram-crypto.ts';
import { UdpTransport } from './udp-transport.ts';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const KEY = `whub_abcdefghij_${Buffer.alloc(32, 7).toString('base64url')}`;
const encode = (message: MessageInit): Uint8Array => codec.encode(message);
const request = (id: number, more: Partial<MessageInit> = {}): Uint8Array =>
  encode({ kind: Kind.Request, id, uri: '/a/b', timeoutMs: 30_000, ...more });

/** A transport on a port that a test is the other side of. */
function scene() {
  const clock = new FakeClock();
  const sent: Uint8Array[] = [];
  let disposed = false;
  const port: DatagramPort = {
    onDatagram: () => undefined,
    onFailure: () => undefined,
    send: (datagram) => void sent.push(datagram),
    [Symbol.dispose]: () => void (disposed = true),
  };
  const context = { nonce: randomBytes(16), challenge: randomBytes(24) };
  const random = (): number => 0.5;
  const transport = new UdpTransport({ port, context, codec, crypto, clock, random, remoteAddress: 'hub:7410' });
  const frames: Message[] = [];
  const ends: string[] = [];
  transport.onFrame.subscribe((frame) => frames.push(codec.decode(frame)));
  transport.onDidClose.subscribe(({ text }) => ends.push(text));
  const macs = sessionMacs(keyParts(KEY)?.secret ?? Buffer.alloc(0), crypto, context);
  const hub = new DatagramSender(randomBytes(8), macs.hub);
  const heard = new DatagramReceiver(macs.client);
  return {
    ...{ clock, context, transport, frames, ends, macs, hub },
    fail: (reason: string): void => port.onFailure(reason, new Error(reason)),
    isDisposed: (): boolean => disposed,
    /** Datagrams since the last time. */
    taken: (): Uint8Array[] => sent.splice(0),
    /** Messages of the session since the last time. */
    told: (): Message[] =>
      sent.splice(0).map((datagram) => {
        expect(heard.judge(datagram)).toBe('fresh');
        return codec.decode(frameOf(datagram));
      }),
    come: (datagram: Uint8Array): void => port.onDatagram(datagram),
    answer: (message: MessageInit): void => port.onDatagram(hub.seal(encode(message))),
    hello: (members: Readonly<Record<string, unknown>> = { client: 'sensor', key: KEY, agent: 'a/1' }): void => {
      transport.send(encode({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(members) }));
    },
    open(): void {
      this.hello();
      this.answer({ kind: Kind.Welcome });
      sent.length = 0;
    },
  };
}

describe('UdpTransport, greeting', () => {
  it('[UD2] proves the key and does not send it', () => {
    const { hello, taken, context, macs } = scene();
    hello();
    const [datagram = Buffer.alloc(0)] = taken();
    const read = readHello(codec.decode(frameOf(datagram)));
    const hash = createHash('sha256').update(KEY).digest();
    const secret = masked(read?.proof ?? Buffer.alloc(0), hash, { crypto, context });
    expect([read?.credential, Buffer.from(secret)]).toEqual(['abcdefghij', Buffer.alloc(32, 7)]);
    expect(isSigned(datagram, macs.client)).toBe(true);
    expect(Buffer.from(datagram).includes(KEY.slice(16))).toBe(false);
    expect(macs.client(Buffer.from('a'), Buffer.from('b'))).toEqual(
      createHmac(
        'sha256',
        createHmac('sha256', Buffer.alloc(32, 7))
          .update('whub udp v1 client')
          .update(context.nonce)
          .update(context.challenge)
          .digest(),
      )
        .update('ab')
        .digest(),
    );
  });

  it('[UD20] repeats Hello as it was until Welcome comes, and gives up when its challenge has lost its worth', async () => {
    const { hello, taken, clock, ends, isDisposed } = scene();
    hello();
    clock.advance(8_900);
    const datagrams = taken();
    expect(new Set(datagrams.map((datagram) => Buffer.from(datagram).toString('hex'))).size).toBe(1);
    expect(datagrams.length).toBeGreaterThan(5);
    clock.advance(100);
    await Promise.resolve();
    expect([ends, isDisposed(), clock.pendingTimers]).toEqual([['the hub did not answer Hello'], true, 0]);
  });

  it('[UD22] believes a Welcome only with its tag, and a Goodbye only with its nonce', () => {
    const { hello, come, context, frames, answer, macs, transport, taken } = scene();
    hello();
    come(new DatagramSender(randomBytes(8), macs.client).seal(encode({ kind: Kind.Welcome })));
    const goodbye = encode({ kind: Kind.Goodbye, status: 401 });
    come(handshakeDatagram(goodbye, randomBytes(16)));
    come(handshakeDatagram(goodbye));
    come(handshakeDatagram(encode({ kind: Kind.Notice, uri: '/udp/challenge' }), context.nonce));
    for (const size of [0, 1, 28, 29, 300]) come(randomBytes(size));
    taken();
    transport.send(request(1));
    expect([frames, taken()]).toEqual([[], []]);
    answer({ kind: Kind.Welcome });
    transport.send(request(1));
    expect([frames.map(({ kind }) => kind), taken().length]).toEqual([[Kind.Welcome], 1]);
    come(handshakeDatagram(goodbye, context.nonce));
    expect(frames.length).toBe(1);
  });

  it('[UD22] what overtakes Welcome is lost, and does no harm', () => {
    const { hello, answer, frames, ends, hub, come } = scene();
    hello();
    const welcome = hub.seal(encode({ kind: Kind.Welcome }));
    answer({ kind: Kind.Ping });
    answer({ kind: Kind.Notice, uri: '/message/a' });
    come(welcome);
    expect([frames.map(({ kind }) => kind), ends]).toEqual([[Kind.Welcome], []]);
  });

  it('[UD22] hands over a refusal that bears its nonce', () => {
    const { hello, come, context, frames } = scene();
    hello();
    come(handshakeDatagram(encode({ kind: Kind.Goodbye, status: 401 }), context.nonce));
    expect(frames.map(({ kind, status }) => [kind, status])).toEqual([[Kind.Goodbye, 401]]);
  });

  it.each([
    ['a token', { token: 'eyJhbGciOi' }, 'a token cannot be sent over udp'],
    ['what is no key', { key: 'secret' }, 'has not the form of a key'],
  ])('[UD22] does not send %s, and says why', (_what, members, reason) => {
    const { hello, taken, isDisposed } = scene();
    const say = (): void => hello(members);
    expect(say).toThrow(RefusedError);
    expect(say).not.toThrow(reason);
    expect([taken(), isDisposed()]).toEqual([[], true]);
  });
});

describe('UdpTransport, open', () => {
  it('[UD20] repeats a request with its id and what is left of its time, each in a datagram of its own, until it is answered', () => {
    const test = scene();
    test.open();
    test.transport.send(request(1, { timeoutMs: 10_000 }));
    test.clock.advance(600);
    expect(test.told().map(({ id, timeoutMs }) => [id, timeoutMs])).toEqual([
      [1, 10_000],
      [1, 9_800],
      [1, 9_400],
    ]);
    test.answer({ kind: Kind.Response, id: 1, status: 200 });
    test.answer({ kind: Kind.Response, id: 1, status: 200 });
    test.clock.advance(10_000);
    expect(test.frames.filter(({ kind }) => kind === Kind.Response).length).toBe(1);
    expect(test.told()).toEqual([]);
  });

  it('[UD20] a one-way request is sent once; one that is cancelled is not sent again', () => {
    const test = scene();
    test.open();
    test.transport.send(request(1, { flags: Flag.OneWay }));
    test.transport.send(request(2));
    test.transport.send(encode({ kind: Kind.Cancel, id: 2 }));
    test.clock.advance(5_000);
    expect(test.told().map(({ kind }) => kind)).toEqual([Kind.Request, Kind.Request, Kind.Cancel]);
  });

  it('[UD20] takes 256 requests at once, and goes on when half of them are answered or were repeated', () => {
    const test = scene();
    test.open();
    let drained = 0;
    test.transport.onDidDrain.subscribe(() => (drained += 1));
    const free = Array.from({ length: 256 }, (_, index) => test.transport.send(request(index + 1)));
    expect([free.indexOf(false), drained]).toEqual([255, 0]);
    for (let id = 1; id <= 127; id += 1) test.answer({ kind: Kind.Response, id, status: 200 });
    expect(drained).toBe(0);
    test.answer({ kind: Kind.Response, id: 128, status: 200 });
    expect(drained).toBe(1);
    for (let id = 300; test.transport.send(request(id)); id += 1);
    test.clock.advance(300);
    expect(drained).toBe(2);
  });

  it('[UD21] asks whether the hub is there when a request stays unanswered, and waits as long as it is', () => {
    const test = scene();
    test.open();
    test.transport.send(request(1, { timeoutMs: 60_000 }));
    for (let seconds = 0; seconds < 40; seconds += 1) {
      test.clock.advance(1_000);
      for (const { kind } of test.told()) if (kind === Kind.Ping) test.answer({ kind: Kind.Pong });
    }
    expect(test.ends).toEqual([]);
    test.answer({ kind: Kind.Response, id: 1, status: 200 });
    expect(test.frames.at(-1)?.status).toBe(200);
  });

  it('[UD21] a hub that says nothing at all for 10 s knows nothing of the session: the link is lost', async () => {
    const test = scene();
    test.open();
    test.transport.send(request(1, { timeoutMs: 60_000 }));
    test.clock.advance(9_900);
    expect([test.ends, test.told().some(({ kind }) => kind === Kind.Ping)]).toEqual([[], true]);
    test.clock.advance(4_000);
    await Promise.resolve();
    expect([test.ends, test.clock.pendingTimers]).toEqual([[expect.stringContaining('the hub was silent')], 0]);
  });

  it('[UD21] a datagram that the system says nobody takes ends the link', async () => {
    const test = scene();
    test.open();
    test.fail('nothing listens there');
    await Promise.resolve();
    expect([test.ends, test.isDisposed(), test.transport.send(request(1))]).toEqual([
      ['nothing listens there'],
      true,
      false,
    ]);
  });

  it('[UD8] drops what comes again, what is forged, and what is of another session', () => {
    const test = scene();
    test.open();
    const notice = test.hub.seal(encode({ kind: Kind.Notice, uri: '/message/a' }));
    const forged = notice.slice();
    forged[20] = (forged[20] ?? 0) ^ 1;
    for (const datagram of [forged, notice, notice]) test.come(datagram);
    test.come(new DatagramSender(randomBytes(8), test.macs.hub).seal(encode({ kind: Kind.Notice, uri: '/message/b' })));
    expect(test.frames.map(({ uri }) => uri)).toEqual([undefined, '/message/a']);
    expect(isHandshake(notice)).toBe(false);
  });

  it('[UD21] close() ends it once, and nothing is harmful afterwards', async () => {
    const test = scene();
    test.open();
    test.transport.send(request(1));
    test.transport.close({ code: 1_000, text: 'done' });
    test.transport.terminate();
    test.hello();
    test.come(test.hub.seal(encode({ kind: Kind.Ping })));
    await Promise.resolve();
    expect([test.ends, test.clock.pendingTimers, test.isDisposed()]).toEqual([['done'], 0, true]);
  });
});
