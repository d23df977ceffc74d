import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { Kind } from '../../common/protocol/message.ts';
import { startRtcWorker, type StartRtcThread } from '../../server/listener/webrtc/index.ts';
import { neighbouringUdpPorts } from '../support/free-ports.ts';
import { frame, hello, postOffer, RtcPeer, sampleOffer, whenClosed, whenOpen } from '../support/rtc-peer.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

type Thread = ReturnType<StartRtcThread>;

let owned: AsyncDisposableStack;
let running: TestHub;
let key: string;
/** Every thread that the hub started. */
let threads: Thread[];

const startRtcThread: StartRtcThread = (init, events) => {
  const thread = startRtcWorker(init, events);
  threads.push(thread);
  return thread;
};

async function start(config: Parameters<typeof startTestHub>[0] = {}): Promise<void> {
  running = owned.use(await startTestHub(config, { startRtcThread }));
  key = running.addClient('tester');
}

beforeEach(() => {
  owned = new AsyncDisposableStack();
  threads = [];
});

afterEach(() => owned.disposeAsync());

const connect = async (): Promise<HubClient> =>
  owned.use(await HubClient.connect({ url: `rtc+${running.httpUrl}`, client: 'tester', key, reconnect: false }));

/** The state of the module, and a figure of it. */
const health = (): string => running.hub.modules().find(({ name }) => name === 'webrtc-listener')?.health.state ?? '';

async function figure(name: string): Promise<number> {
  const page = await (await fetch(`${running.httpUrl}/metrics`)).text();
  const line = page.split('\n').find((candidate) => new RegExp(`^whub_webrtc_listener_${name}[ {]`).test(candidate));
  return Number(line?.split(' ').at(-1));
}

async function calls(client: HubClient): Promise<number> {
  return (await client.request({ uri: '/status/info' })).status;
}

/** Its cryptography takes turns with everything else that the machine does. */
describe('an offer', { timeout: 90_000 }, () => {
  it('[WR1] is answered in its own form, with candidates only where the hub listens', async () => {
    await start();
    const asSdp = await postOffer(running.port, sampleOffer());
    expect([asSdp.status, asSdp.headers['content-type']]).toEqual([200, 'application/sdp']);
    const candidates = asSdp.body.toString().match(/^a=candidate:.*$/gm) ?? [];
    expect(candidates.map((line) => line.split(' ')[4])).toEqual(['127.0.0.1']);
    expect(asSdp.body.toString()).toContain('a=ice-lite');
    const asJson = await postOffer(running.port, JSON.stringify({ type: 'offer', sdp: sampleOffer() }), {
      'content-type': 'application/json',
    });
    const answer = JSON.parse(asJson.body.toString()) as { readonly type: string; readonly sdp: string };
    expect([Object.keys(answer), answer.type]).toEqual([['type', 'sdp'], 'answer']);
    expect(answer.sdp).toContain('a=ice-lite');
  });

  it.each([
    ['nonsense', 'v=1\r\nnonsense', {}, 400],
    ['bytes that are no text', '\u0000\u00ff'.repeat(500), {}, 400],
    ['JSON that is no offer', '{"type":"answer"}', { 'content-type': 'application/json' }, 400],
    ['half of a JSON', '{"type":', { 'content-type': 'application/json' }, 400],
    ['another content type', sampleOffer(), { 'content-type': 'text/plain' }, 400],
    ['70,000 bytes', sampleOffer((lines) => [...lines, `a=x:${'y'.repeat(70_000)}`]), {}, 413],
    ['a credential that is none', sampleOffer(), { authorization: 'Basic abc' }, 401],
    ['another origin', sampleOffer(), { origin: 'https://example.org' }, 403],
    ['another host', sampleOffer(), { host: 'example.org' }, 421],
  ])('[WR3] with %s is refused with a problem', async (_name, body, headers, status) => {
    await start();
    const reply = await postOffer(running.port, body, headers);
    expect([reply.status, reply.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(threads).toEqual([]);
  });

  it('[WR3] takes POST only, and is not taken by a hub that was told not to', async () => {
    await start();
    const get = await fetch(`${running.httpUrl}/rtc/offer`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    await start({ transports: { webRtc: false } });
    expect((await postOffer(running.port, sampleOffer())).status).toBe(404);
  });

  it('[WR1] is answered at the ports and addresses that are configured', async () => {
    await start({ webRtc: { ports: [50_100, 50_200], addresses: ['127.0.0.1', '127.0.0.2'] } });
    const reply = await postOffer(running.port, sampleOffer());
    const candidates = [...reply.body.toString().matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+)/gm)];
    expect(candidates.map(([, address]) => address)).toEqual(['127.0.0.1', '127.0.0.2']);
    for (const [, , port] of candidates) {
      expect(Number(port)).toBeGreaterThanOrEqual(50_100);
      expect(Number(port)).toBeLessThanOrEqual(50_200);
    }
  });

  it('[WR1] is answered while there is a port, among many at once, and else refused', async () => {
    const first = await neighbouringUdpPorts(4);
    const range = Array.from({ length: 4 }, (_, at) => first + at);
    await start({ webRtc: { ports: [first, first + 3] } });
    const replies = await Promise.all(Array.from({ length: 6 }, () => postOffer(running.port, sampleOffer())));
    const ports = replies.flatMap(({ body }) => /^a=candidate:.* 127\.0\.0\.1 (\d+)/m.exec(body.toString())?.[1] ?? []);
    expect(ports.toSorted()).toEqual(range.map(String));
    expect(replies.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 200, 200, 200, 503, 503,
    ]);
    expect(threads).toHaveLength(1);
  });

  it('[WR3] of a page of a configured origin may be asked about before it is made, and its answer be read', async () => {
    const origin = 'https://example.org';
    await start({ allowedOrigins: [origin] });
    const preflight = await fetch(`${running.httpUrl}/rtc/offer`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const answer = await postOffer(running.port, sampleOffer(), { origin });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, origin]);
  });

  it('[WR3] over the number of peers is refused until one is gone', async () => {
    await start({ webRtc: { maxPeers: 1 } });
    const client = await connect();
    const refused = await postOffer(running.port, sampleOffer());
    expect([refused.status, Number(refused.headers['retry-after-ms'])]).toEqual([429, 1_000]);
    await client.close();
    await expect.poll(async () => (await postOffer(running.port, sampleOffer())).status).toBe(200);
  });

  it('[WR4] whose peer never comes is dropped after the handshake time', async () => {
    await start({ limits: { handshakeTimeoutMs: 200 } });
    expect((await postOffer(running.port, sampleOffer())).status).toBe(200);
    await expect.poll(() => figure('peers_expected')).toBe(0);
    expect(await figure('offers_abandoned_total')).toBe(1);
  });
});

describe('a peer', { timeout: 90_000 }, () => {
  it.each([
    ['with another label', 'other', {}],
    ['without order', 'whub', { ordered: false }],
    ['that gives messages up', 'whub', { maxRetransmits: 1 }],
  ])('[WR4] that opens a channel %s is cut', async (_name, label, options) => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open(label, options);
    await peer.join(running.port);
    await whenClosed(channel);
    expect(running.hub.connections.list()).toEqual([]);
  });

  it('[WR4] that opens a second channel is cut', async () => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port);
    await whenOpen(channel);
    await whenClosed(peer.open('whub'));
    await expect.poll(() => running.hub.connections.list().map(({ state }) => state)).toEqual(['closed']);
  });

  it('[WR5] that sends text gets Goodbye 400', async () => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port);
    await whenOpen(channel);
    channel.send('{"kind":"hello"}');
    expect((await peer.next(Kind.Goodbye)).status).toBe(400);
    await whenClosed(channel);
  });

  it('[WR5] that sends what is no message gets Goodbye 400', async () => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port);
    await whenOpen(channel);
    channel.send(Buffer.from('no FlatBuffer at all'));
    expect((await peer.next(Kind.Goodbye)).status).toBe(400);
  });

  it.each([
    ['larger than the channel carries', 300 << 10],
    ['that does not fit the window', 4 << 20],
  ])('[WR5] that sends a message %s gets Goodbye 413', async (_name, bytes) => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port);
    await whenOpen(channel);
    channel.send(hello({ client: 'tester', key }));
    await peer.next(Kind.Welcome);
    // What the hub announced is not kept to.
    peer.connection.sctpTransport?.setRemoteMaxMessageSize(0);
    channel.send(Buffer.alloc(bytes));
    expect((await peer.next(Kind.Goodbye)).status).toBe(413);
  });

  it('[WR4] whose certificate is not the one of its offer gets no channel', async () => {
    await start({ limits: { handshakeTimeoutMs: 1_500 } });
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    const offer = await peer.offer();
    const forged = offer.replace(/(a=fingerprint:sha-256 )../, (_all, head: string) => `${head}00`);
    const reply = await postOffer(running.port, forged);
    await peer.connection.setRemoteDescription({ type: 'answer', sdp: reply.body.toString() });
    await expect.poll(() => figure('offers_abandoned_total')).toBe(1);
    expect([channel.readyState, running.hub.connections.list()]).toEqual([expect.not.stringMatching('open'), []]);
  });

  it('[WR11] that sends datagrams of every kind to the port of another harms nobody', async () => {
    await start();
    const client = await connect();
    const answer = (await postOffer(running.port, sampleOffer())).body.toString();
    const port = Number(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)/m.exec(answer)?.[1]);
    const socket = createSocket('udp4');
    const send = (bytes: Uint8Array): Promise<unknown> =>
      new Promise((resolve) => {
        socket.send(bytes, port, '127.0.0.1', resolve);
      });
    // The first byte says what it is: STUN, DTLS, RTP, anything; the rest is whatever the seed gives.
    let seed = 1;
    for (let n = 0; n < 2_000; n += 1) {
      const bytes = new Uint8Array(8 + (n % 97));
      for (let at = 0; at < bytes.length; at += 1) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        bytes[at] = seed >>> 24;
      }
      bytes[0] = [0, 1, 20, 22, 23, 64, 128, 255][n % 8] ?? 0;
      if (n % 16 < 2) bytes.set([0x21, 0x12, 0xa4, 0x42], 4);
      await send(bytes);
    }
    socket.close();
    await once(socket, 'close');
    expect(await calls(client)).toBe(200);
    expect(threads).toHaveLength(1);
  });
});

describe('the WebRTC thread', { timeout: 90_000 }, () => {
  it('[WR8] starts with the first offer; when it dies its connections end, others go on, and another follows after a pause', async () => {
    await start();
    const plain = owned.use(await HubClient.connect({ url: running.url, client: 'tester', key }));
    expect(threads).toEqual([]);
    const client = await connect();
    expect([threads.length, await calls(client), health()]).toEqual([1, 200, 'serving']);
    const lost = Promise.withResolvers<void>();
    client.onDidChangeState.subscribe(({ kind }) => {
      if (kind === 'failed') lost.resolve();
    });
    await threads[0]?.kill();
    await expect.poll(() => running.hub.connections.list().filter(({ state }) => state === 'open').length).toBe(1);
    expect(await calls(plain)).toBe(200);
    await expect.poll(async () => (await postOffer(running.port, sampleOffer())).status).toBe(200);
    expect([threads.length, health(), await figure('thread_restarts_total')]).toEqual([2, 'serving', 1]);
    expect(await calls(await connect())).toBe(200);
    await threads[1]?.kill();
    await client.close();
  });

  it('[WR8] ends with its hub, after its connections were told Goodbye', async () => {
    await start();
    await using peer = new RtcPeer();
    const channel = peer.open('whub');
    await peer.join(running.port);
    await whenOpen(channel);
    channel.send(hello({ client: 'tester', key }));
    await peer.next(Kind.Welcome);
    channel.send(frame({ kind: Kind.Ping, id: 5 }));
    await peer.next(Kind.Pong);
    await running.hub.stop();
    expect((await peer.next(Kind.Goodbye)).status).toBe(503);
  });

  it('[WR12] counts peers, offers and bytes', async () => {
    await start();
    const client = await connect();
    await calls(client);
    await postOffer(running.port, 'nonsense');
    expect(await figure('peers')).toBe(1);
    expect(await figure('offers_total')).toBe(1);
    expect(await figure('offers_refused_total')).toBe(1);
    expect(await figure('received_bytes_total')).toBeGreaterThan(100);
    expect(await figure('sent_bytes_total')).toBeGreaterThan(100);
  });
});
