import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../common/log/logger.ts';
import { createBinaryCodec } from '../../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../../common/protocol/limits.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { AcceptedLink } from '../../access/acceptor.ts';
import { Peers, type Offer, type PeerLimits } from './peers.ts';
import type { RtcThreadEvents, StartRtcThread } from './rtc-worker.ts';
import type { RtcCommand } from './thread-messages.ts';

/** A thread that does what the test says. */
function stage(
  limits: Partial<PeerLimits> = {},
  barred: readonly string[] = [],
  portRange?: readonly [first: number, last: number],
) {
  const clock = new FakeClock();
  const commands: RtcCommand[] = [];
  const accepted: AcceptedLink[] = [];
  let events: RtcThreadEvents | undefined;
  let kills = 0;
  const startThread: StartRtcThread = (_init, given) => {
    events = given;
    return {
      post: (command) => commands.push(command),
      async kill() {
        kills += 1;
        given.onEnd('it was killed');
      },
    };
  };
  const peers = new Peers({
    clock,
    log: silentLogger,
    codec: createBinaryCodec(DEFAULT_CODEC_LIMITS),
    acceptor: { accept: (link) => accepted.push(link) },
    gate: {
      barOf: (address) => (barred.includes(address) ? { error: new Error() as never, unlessProven: false } : undefined),
    },
    limits: { maxPeers: 10, maxPeersPerAddress: 2, handshakeTimeoutMs: 500, maxOutgoingBytes: 1_000, ...limits },
    thread: { maxMessageBytes: 1_000, portRange },
    startThread,
    defer: (flush) => flush(),
  });
  const report: RtcThreadEvents['onReport'] = (told) => events?.onReport(told);
  return { clock, peers, commands, accepted, report, kills: () => kills };
}

const offer = (from: string): Offer => ({ sdp: 'v=0', from, credential: undefined, addresses: [] });
const open = (peer: number, remoteAddress = '192.0.2.7:4000') =>
  ({ type: 'open', peer, remoteAddress, maxFrameBytes: 900 }) as const;

describe('Peers', () => {
  it('[WR3] takes no more of one address than it may have, of loopback as many as there is room for', async () => {
    const { peers, report } = stage({ maxPeers: 5 });
    const taken = ['192.0.2.7', '192.0.2.7', '127.0.0.1', '127.0.0.1', '127.0.0.1'].map((from) =>
      peers.answer(offer(from)),
    );
    for (let peer = 1; peer <= 5; peer += 1) report({ type: 'answer', peer, sdp: 'a' });
    expect(await Promise.all(taken)).toEqual(['a', 'a', 'a', 'a', 'a']);
    await expect(peers.answer(offer('127.0.0.1'))).rejects.toThrow('the hub has all the peers it takes');
    report({ type: 'closed', peer: 3, code: 1_000, text: '' });
    await expect(peers.answer(offer('192.0.2.7'))).rejects.toThrow('this address has too many peers');
    report({ type: 'closed', peer: 1, code: 1_000, text: '' });
    const again = peers.answer(offer('192.0.2.7'));
    report({ type: 'answer', peer: 6, sdp: 'b' });
    expect(await again).toBe('b');
  });

  it('[WR8] ends a thread that does not answer an offer within 10 s, and with it the offer', async () => {
    const { clock, peers, kills } = stage();
    const answer = peers.answer(offer('127.0.0.1'));
    clock.advance(9_999);
    expect(kills()).toBe(0);
    clock.advance(1);
    await expect(answer).rejects.toThrow('Cannot answer the offer');
    expect([kills(), peers.expected, peers.pauseMs]).toEqual([1, 0, 1_000]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[WR8] waits 10 s for each offer where they are answered one after the other', async () => {
    const { clock, peers, report, kills } = stage({}, [], [5_000, 5_001]);
    const answers = Array.from({ length: 4 }, () => peers.answer(offer('127.0.0.1')));
    const [first, second, third, last] = answers;
    for (const peer of [1, 2]) {
      clock.advance(9_999);
      report({ type: 'refused', peer, text: 'no port was to be had' });
    }
    await expect(Promise.all([first, second])).rejects.toThrow('no link can be made of it');
    clock.advance(9_999);
    report({ type: 'answer', peer: 3, sdp: 'a' });
    expect([await third, kills()]).toEqual(['a', 0]);
    clock.advance(10_000);
    await expect(last).rejects.toThrow('WebRTC is being started again');
    expect(kills()).toBe(1);
  });

  it('[WR4] forgets an offer whose peer does not come in time', async () => {
    const { clock, peers, report, commands } = stage();
    const answer = peers.answer(offer('127.0.0.1'));
    report({ type: 'answer', peer: 1, sdp: 'a' });
    await answer;
    clock.advance(500);
    expect([peers.expected, peers.counts.abandoned, commands.at(-1)]).toEqual([0, 1, { type: 'cut', peer: 1 }]);
    report(open(1));
    expect(peers.connected).toBe(0);
  });

  it('[WR3] cuts a peer that comes from an address that is barred', async () => {
    const { peers, report, commands, accepted } = stage({}, ['192.0.2.7:4000']);
    const answer = peers.answer(offer('127.0.0.1'));
    report({ type: 'answer', peer: 1, sdp: 'a' });
    await answer;
    report(open(1));
    expect([accepted, commands.at(-1)]).toEqual([[], { type: 'cut', peer: 1 }]);
  });

  it('[WR7] holds back what the thread was not rid of yet, and what the hub did not read', async () => {
    const { peers, report, commands, accepted } = stage();
    const answer = peers.answer(offer('127.0.0.1'));
    report({ type: 'answer', peer: 1, sdp: 'a' });
    await answer;
    report(open(1));
    const transport = accepted[0]?.transport;
    if (transport === undefined) throw new Error('no link was accepted');
    expect([transport.maxFrameBytes, transport.send(new Uint8Array(800)), transport.send(new Uint8Array(800))]).toEqual(
      [900, true, false],
    );
    const drained = new Promise<void>((resolve) => void transport.onDidDrain.subscribe(resolve));
    report({ type: 'tick', frames: undefined, acks: [1, 1_200] });
    await drained;
    expect([transport.bufferedBytes, peers.counts.bytesOut]).toEqual([400, 1_600]);

    transport.setReading(false);
    const buffer = new Uint8Array(8 + 50);
    new DataView(buffer.buffer).setUint32(0, 1, true);
    new DataView(buffer.buffer).setUint32(4, 50, true);
    const before = commands.length;
    report({ type: 'tick', frames: buffer.buffer, acks: [] });
    expect(commands).toHaveLength(before);
    transport.setReading(true);
    expect(commands.slice(before)).toEqual([{ type: 'tick', frames: undefined, acks: [1, 50] }]);
  });
});
