import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setBadInputStage, type BadInputStage } from '../support/bad-input-stage.ts';
import { rawHttp, statusOf, upgradeHead } from '../support/raw-http.ts';
import { RawPeer, webSocketFrame } from '../support/raw-peer.ts';
import { startTestHub } from '../support/test-hub.ts';

/** Long enough for whoever is not slow on purpose. */
const LIMIT_MS = 1_000;

let stage: BadInputStage;
let port: number;

beforeAll(async () => {
  stage = await setBadInputStage({
    limits: { handshakeTimeoutMs: LIMIT_MS, httpBodyTimeoutMs: LIMIT_MS },
  });
  ({ port } = stage.bench);
});
afterEach(() => stage.assertUnharmed());
afterAll(() => stage[Symbol.asyncDispose]());

const jsonUpgrade = (): string => upgradeHead(port, { headers: { 'sec-websocket-protocol': 'whub.v1.json' } });
const hello = (): string => JSON.stringify({ kind: 'hello', payload: { key: stage.key } });
const head = (method: string, path: string, more = ''): string =>
  `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\nauthorization: Bearer ${stage.key}\r\n${more}`;

/** A WebSocket on which nothing was said yet. */
async function upgraded(): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  await peer.write(jsonUpgrade());
  await peer.until('\r\n\r\n');
  return peer;
}

describe('a slow WebSocket peer', () => {
  it('[BI33] is welcome when upgrade and Hello come a byte at a time, but in time', async () => {
    await using peer = await RawPeer.connect(port);
    await peer.writeByteByByte(jsonUpgrade());
    await peer.until('\r\n\r\n');
    await peer.writeByteByByte(webSocketFrame(hello()));
    await peer.until('"kind":"welcome"');
    expect(statusOf(peer.received)).toBe(101);
  });

  it('[BI33] whose upgrade does not come in time is answered with 408', async () => {
    await using peer = await RawPeer.connect(port);
    expect(statusOf(await peer.drip(jsonUpgrade().repeat(9), 'TIMEOUT_ERR'))).toBe(408);
  });

  it('[BI33] that says no Hello, or drips it, gets Goodbye 408', async () => {
    await using silent = await upgraded();
    await using dripping = await upgraded();
    const goodbye = '"kind":"goodbye","status":408';
    const said = await Promise.all([
      silent.until(goodbye),
      dripping.drip(webSocketFrame(hello() + ' '.repeat(500)), goodbye),
    ]);
    expect(said.map((text) => text.includes('the handshake was not finished within 1000 ms'))).toEqual([true, true]);
  });

  it('[BI33] that stops in the middle of a frame gets Goodbye 408 once a Ping is unanswered', async () => {
    await using lively = await startTestHub({ limits: { heartbeatMs: 200 } });
    await using peer = await RawPeer.connect(lively.port);
    const { port: other } = lively;
    await peer.write(upgradeHead(other, { headers: { 'sec-websocket-protocol': 'whub.v1.json' } }));
    await peer.until('\r\n\r\n');
    await peer.write(webSocketFrame(JSON.stringify({ kind: 'hello', payload: { key: lively.addClient('cat') } })));
    await peer.until('"kind":"welcome"');
    await peer.write(webSocketFrame('{"kind":', { declaredLength: 1_000n }));
    await peer.until('"kind":"ping"');
    expect(await peer.until('"kind":"goodbye","status":408')).toContain('no answer to Ping within 200 ms');
  });
});

describe('a slow HTTP peer', () => {
  it('[BI33] a hundred that drip heads and bodies end with 408 while others are answered', async () => {
    const heads = Array.from({ length: 50 }, async () => {
      await using peer = await RawPeer.connect(port);
      return statusOf(await peer.drip(head('GET', '/echo/slow', `x: ${'y'.repeat(1_000)}\r\n\r\n`), 'TIMEOUT_ERR'));
    });
    const bodies = Array.from({ length: 50 }, async () => {
      await using peer = await RawPeer.connect(port);
      await peer.write(head('POST', '/echo/slow', 'content-length: 1000\r\n\r\n'));
      return statusOf(await peer.drip('z'.repeat(999), 'TIMEOUT_ERR'));
    });
    stage.reached.length = 0;
    const good = new Set<number>();
    const all = Promise.all([...heads, ...bodies]);
    for (let i = 0; i < 100; i += 1) {
      const { status } = await rawHttp(port, { path: '/echo/x', headers: { authorization: `Bearer ${stage.key}` } });
      good.add(status);
    }
    expect([new Set(await all), good]).toEqual([new Set([408]), new Set([200])]);
    expect(stage.reached.filter((uri) => uri === '/echo/slow')).toEqual([]);
  });

  it('[BI33] a second request on the same connection has no more time than the first', async () => {
    await using peer = await RawPeer.connect(port);
    await peer.write(`${head('GET', '/echo/x')}\r\n`);
    await peer.until('HTTP/1.1 200');
    const said = await peer.drip(head('GET', '/echo/y', `x: ${'y'.repeat(1_000)}`), 'HTTP/1.1 408');
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408']);
  });
});
