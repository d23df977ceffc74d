import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, type LogFields, type Logger } from '../../common/log/logger.ts';
import { Kind, Method } from '../../common/protocol/message.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { freePort } from '../support/free-ports.ts';
import { proxied, proxyHeader } from '../support/proxy-header.ts';
import { rawBytes, rawHttp, statusOf, upgradeHead } from '../support/raw-http.ts';
import { framed, helloMessage, PREFACE, TcpWire } from '../support/tcp-wire.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { jsonOf, WireClient } from '../support/wire-client.ts';

const CLIENT_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]);

/** The hub's thread waits for this program and accepts none of them: what has no room now gets none later. */
const CROWD = `
  import { connect } from 'node:net';
  let connected = 0;
  const say = () => process.stdout.write(connected + ' connected', () => process.exit());
  setTimeout(say, 10_000);
  for (let i = 0; i < 1_000; i += 1) {
    connect(Number(process.argv[1]), '127.0.0.1').on('connect', () => (connected += 1) === 1_000 && say()).on('error', () => {});
  }`;

/** What comes at once comes within it, on a busy machine too; what does not come is waited for. */
const LIMIT_MS = 1_000;

let bench: TestHub;
let key: string;

beforeAll(async () => {
  bench = await startTestHub();
  key = bench.addClient('cat');
});
afterAll(() => bench[Symbol.asyncDispose]());

const get = (port: number): string =>
  `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\nconnection: close\r\n\r\n`;

/** Sends the bytes in two parts, the second when the first has left. */
async function inTwo(wire: TcpWire, bytes: Buffer, cut: number): Promise<void> {
  if (cut > 0) wire.write(bytes.subarray(0, cut));
  await new Promise((resolve) => setImmediate(resolve));
  wire.write(bytes.subarray(cut));
}

function metricsOf({ hub }: TestHub): Promise<string> {
  return rawHttp(hub.address.port, { path: '/metrics' }).then(({ body }) => body.toString());
}

describe('the one port', () => {
  it('[SN2] a session begins whichever byte of it is cut off', async () => {
    const bytes = Buffer.concat([Buffer.from(PREFACE), framed(helloMessage({ key }))]);
    for (let cut = 0; cut < bytes.byteLength; cut += 1) {
      await using wire = await TcpWire.connect(bench.port);
      await inTwo(wire, bytes, cut);
      expect((await wire.next(Kind.Welcome)).kind).toBe(Kind.Welcome);
    }
  });

  it('[SN10] a thousand connections that come before the hub looks are all kept', () => {
    const { port } = bench;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', CROWD, String(port)], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('1000 connected');
  });

  it('[SN2] so does a request over HTTP, and an upgrade', async () => {
    for (const [text, status] of [
      [get(bench.port), 200],
      [upgradeHead(bench.port), 101],
    ] as const) {
      for (let cut = 0; cut < text.length; cut += 7) {
        await using wire = await TcpWire.connect(bench.port);
        await inTwo(wire, Buffer.from(text), cut);
        const [chunk] = (await once(wire.socket, 'data')) as [Buffer];
        expect([cut, statusOf(chunk.toString())]).toEqual([cut, status]);
      }
    }
  });

  it('[SN3] what nobody speaks is cut off', async () => {
    for (const bytes of [Buffer.alloc(8), Buffer.from([0x16, 0x99]), Buffer.from([0xff, 0xfe, 0xfd])])
      expect(await rawBytes(bench.port, bytes)).toBe('');
  });

  it('[SN3] another version of the preface is told which is spoken', async () => {
    await using wire = await TcpWire.connect(bench.port);
    wire.write('WHUB/2\r\n');
    expect(await wire.goodbye()).toEqual({
      status: 400,
      detail: 'Cannot speak this version of WProtocol: this hub speaks "WHUB/1"',
      ended: true,
    });
  });

  it('[SN3] HTTP behind the preface is a frame that is too large', async () => {
    await using wire = await TcpWire.connect(bench.port);
    wire.write(`${PREFACE}${get(bench.port)}`);
    expect(await wire.goodbye()).toMatchObject({ status: 413, ended: true });
  });

  it('[SN3] a ClientHello to a hub without a certificate gets a TLS alert', async () => {
    expect(Buffer.from(await rawBytes(bench.port, CLIENT_HELLO), 'latin1')).toEqual(
      Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]),
    );
  });

  it('[SN3] whoever says too little is answered in what it may speak, and counted', async () => {
    await using slow = await startTestHub({ limits: { handshakeTimeoutMs: LIMIT_MS } });
    const [silent, half, http] = await Promise.all([
      rawBytes(slow.port, ''),
      rawBytes(slow.port, Buffer.from([0x16])),
      rawBytes(slow.port, 'WHU'),
    ]);
    expect([statusOf(silent), half, statusOf(http)]).toEqual([408, '', 408]);
    await using wire = await TcpWire.connect(slow.port);
    wire.write('WHUB/');
    expect(await wire.goodbye()).toMatchObject({ status: 408, ended: true });
    await using said = await TcpWire.connect(slow.port);
    said.write(PREFACE);
    expect(await said.goodbye()).toMatchObject({ status: 408, ended: true });
    const metrics = await metricsOf(slow);
    expect(metrics).toMatch(/arrivals_refused_total\{[^}]*reason="silent"[^}]*\} 1\n/);
    expect(metrics).toMatch(/arrivals_refused_total\{[^}]*reason="half"[^}]*\} 3\n/);
    expect(metrics).toMatch(/arrivals_pending(\{[^}]*\})? 0\n/);
  });

  it('[SN4] what is refused is logged at most once a second', async () => {
    const lines: LogFields[] = [];
    const log: Logger = {
      ...silentLogger,
      info: (fields, text) => void (text === 'refused a connection' && lines.push(fields)),
      child: () => log,
    };
    await using noisy = await startTestHub({}, { log, clock: new FakeClock() });
    for (let i = 0; i < 30; i += 1) await rawBytes(noisy.port, Buffer.alloc(8));
    expect(lines).toEqual([{ address: '127.0.0.1', reason: 'unknown: it speaks nothing that this hub does' }]);
  });

  it('[SN6] each transport can be switched off, and says so', async () => {
    await using noTcp = await startTestHub({ transports: { tcp: false } });
    await using wire = await TcpWire.connect(noTcp.port);
    wire.write(PREFACE);
    expect(await wire.goodbye()).toMatchObject({ status: 403 });
    await using noHttp = await startTestHub({ transports: { http: false } });
    expect((await rawHttp(noHttp.port, { path: '/healthz' })).status).toBe(403);
    await using socket = await WireClient.open(noHttp.url, { key: noHttp.addClient('cat') });
    expect((await socket.request({ method: Method.Get, uri: '/status/info' })).status).toBe(200);
    await using noWebSocket = await startTestHub({ transports: { webSocket: false } });
    expect(statusOf(await rawBytes(noWebSocket.port, upgradeHead(noWebSocket.port)))).toBe(403);
    expect((await rawHttp(noWebSocket.port, { path: '/healthz' })).status).toBe(200);
    await using neither = await startTestHub({ transports: { http: false, webSocket: false } });
    expect(statusOf(await rawBytes(neither.port, get(neither.port)))).toBe(403);
  });

  it('[SN8] a stop ends those that have said nothing yet', async () => {
    const short = await startTestHub();
    const wire = await TcpWire.connect(short.port);
    // It is known to the hub when a later one has been answered.
    await rawBytes(short.port, get(short.port));
    await short[Symbol.asyncDispose]();
    expect(await wire.closed).toEqual({ ended: true });
  });
});

describe('a proxy before the hub', () => {
  it('[SN5] tells whose address counts, over every transport', async () => {
    await using behind = await startTestHub({ proxyProtocol: { mode: 'optional' } });
    const own = behind.addClient('cat');
    await using wire = await TcpWire.connect(behind.port);
    wire.write(Buffer.concat([proxied('192.0.2.7', 50_000), Buffer.from(PREFACE), framed(helloMessage({ key: own }))]));
    await wire.next(Kind.Welcome);
    expect(behind.hub.connections.list().map(({ remoteAddress }) => remoteAddress)).toEqual(['192.0.2.7:50000']);
    behind.hub.blocks.add({ kind: 'address', target: '192.0.2.8', reason: 'a test', forMs: 0 });
    const blocked = await rawBytes(
      behind.port,
      Buffer.concat([proxied('192.0.2.8', 1), Buffer.from(get(behind.port).replace('/healthz', '/status/info'))]),
    );
    expect(statusOf(blocked)).toBe(429);
    await using refused = await TcpWire.connect(behind.port);
    refused.write(Buffer.concat([proxied('192.0.2.8', 1), Buffer.from(PREFACE)]));
    expect(await refused.goodbye()).toMatchObject({ status: 429 });
    // Without one, the address is that of the socket.
    expect(statusOf(await rawBytes(behind.port, get(behind.port)))).toBe(200);
    const own2 = proxyHeader({ command: 0x20, family: 0, body: Buffer.alloc(0) });
    expect(statusOf(await rawBytes(behind.port, Buffer.concat([own2, Buffer.from(get(behind.port))])))).toBe(200);
  });

  it('[SN5] is believed only where it is trusted, and must speak where that is required', async () => {
    const header = Buffer.concat([proxied('192.0.2.7', 1), Buffer.from(get(bench.port))]);
    expect(statusOf(await rawBytes(bench.port, header))).toBe(400);
    await using elsewhere = await startTestHub({ proxyProtocol: { mode: 'optional', trusted: ['192.0.2.0/24'] } });
    expect(statusOf(await rawBytes(elsewhere.port, header))).toBe(400);
    await using strict = await startTestHub({ proxyProtocol: { mode: 'required' } });
    expect(await rawBytes(strict.port, get(strict.port))).toBe('');
    expect(await rawBytes(strict.port, proxyHeader({ command: 0x41, body: Buffer.alloc(12) }))).toBe('');
    const good = Buffer.concat([proxied('192.0.2.7', 1), Buffer.from(get(strict.port))]);
    expect(statusOf(await rawBytes(strict.port, good))).toBe(200);
    await using foreign = await startTestHub({ proxyProtocol: { mode: 'required', trusted: ['192.0.2.0/24'] } });
    expect(await rawBytes(foreign.port, good)).toBe('');
  });
});

describe('what the hub listens on', () => {
  it('[SN7] may be several addresses with one port; localhost is both of them', async () => {
    await using both = await startTestHub({ host: ['127.0.0.1', '127.0.0.2'] });
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      await using wire = await TcpWire.connect(both.port, host);
      wire.write(Buffer.from(PREFACE));
      wire.send(helloMessage({}));
      expect(jsonOf(await wire.next(Kind.Welcome))).toMatchObject({ client: 'anonymous' });
    }
    await using named = await startTestHub({ host: 'localhost' });
    expect(named.hub.address.host).toBe('127.0.0.1');
    await using wire = await TcpWire.connect(named.port, '::1');
    wire.write(PREFACE);
    wire.send(helloMessage({}));
    await wire.next(Kind.Welcome);
  });

  it('[SN7] is all of them or none', async () => {
    const port = await freePort(['127.0.0.1', '127.0.0.2']);
    const other = createServer();
    other.listen(port, '127.0.0.2');
    await once(other, 'listening');
    await expect(startTestHub({ host: ['127.0.0.1', '127.0.0.2'], port })).rejects.toThrow(
      new HubStartError(
        `Cannot listen on "127.0.0.2": port ${String(port)} is taken; choose another with --port, or 0 for any free one`,
      ),
    );
    const probe = createServer();
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
    probe.close();
    other.close();
    await expect(startTestHub({ host: ['127.0.0.1', '0.0.0.0'] })).rejects.toThrow(
      'Cannot listen on "0.0.0.0": other machines',
    );
  });
});
