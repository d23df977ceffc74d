import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { setBadInputStage, type BadInputStage } from '../support/bad-input-stage.ts';
import { statusOf, upgradeHead } from '../support/raw-http.ts';
import { RawPeer, webSocketFrame } from '../support/raw-peer.ts';
import { WireClient } from '../support/wire-client.ts';

const MIB = 1 << 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let stage: BadInputStage;
let port: number;

beforeAll(async () => {
  stage = await setBadInputStage();
  ({ port } = stage.bench);
});
afterEach(() => stage.assertUnharmed());
afterAll(() => stage[Symbol.asyncDispose]());

const head = (method: string, path: string, more = ''): string =>
  `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\nauthorization: Bearer ${stage.key}\r\n${more}`;

/** A WebSocket on which nothing was said yet. */
async function upgraded(): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  await peer.write(upgradeHead(port, { headers: { 'sec-websocket-protocol': 'whub.v1.json' } }));
  await peer.until('\r\n\r\n');
  return peer;
}

async function welcomed(): Promise<RawPeer> {
  const peer = await upgraded();
  await peer.write(webSocketFrame(JSON.stringify({ kind: 'hello', payload: { key: stage.key } })));
  await peer.until('"kind":"welcome"');
  return peer;
}

async function memory(): Promise<number> {
  // Sockets that closed are freed a turn of the loop later.
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('a WebSocket frame that is too much', () => {
  it.each([2n ** 62n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 40n])(
    '[BI32] announced with %s bytes is Goodbye 413',
    async (declaredLength) => {
      await using peer = await welcomed();
      await peer.write(webSocketFrame('', { declaredLength }));
      expect(await peer.untilClosed()).toMatch(/"status":413.*TOO_LARGE_ERR/s);
    },
  );

  it('[BI32] in 20,000 parts is Goodbye 413', async () => {
    await using peer = await welcomed();
    await peer.write(webSocketFrame('{', { isLast: false }));
    const part = webSocketFrame(' ', { opcode: 0, isLast: false });
    await peer.write(Buffer.concat(Array.from({ length: 20_000 }, () => part)));
    expect(await peer.untilClosed()).toMatch(/"status":413.*TOO_LARGE_ERR/s);
  });

  it('[BI30] before Welcome is Goodbye 413 long before it is whole, and is not read on', async () => {
    await using other = await WireClient.open(stage.bench.url, { key: stage.key });
    await using peer = await upgraded();
    const block = Buffer.alloc(MIB);
    const before = await memory();
    await peer.write(webSocketFrame('', { declaredLength: BigInt(15 * MIB) }));
    for (let i = 0; i < 14; i += 1) void peer.write(block);
    await peer.until('"status":413');
    // Each answer is a turn of the loop, in which the hub could read some more.
    for (let i = 0; i < 300; i += 1) await other.request({ method: Method.Get, uri: '/status/info' });
    expect((await memory()) - before).toBeLessThan(4 * MIB);
  });

  it('[BI30] before Welcome over TCP is Goodbye 413 too', async () => {
    await using peer = await RawPeer.connect(port);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(15 * MIB);
    await peer.write('WHUB/1\r\n');
    await peer.write(length);
    await peer.write(Buffer.alloc(MIB));
    await peer.until('"status":413');
    expect(peer.received).toContain('Cannot take more before Welcome');
  });

  it('[BI30] a Hello with more in it than the limit is Goodbye 413', async () => {
    await using client = await WireClient.connect(stage.bench.url);
    const payload = jsonPayload({ key: stage.key, other: 'x'.repeat(MIB) });
    client.send({ kind: Kind.Hello, encoding: Encoding.Json, payload });
    expect((await client.next(Kind.Goodbye)).status).toBe(413);
  });
});

describe('an HTTP body in many pieces', () => {
  it('[BI31] a body in 200,000 chunks of a byte costs its bytes, not an object for each', async () => {
    await using peer = await RawPeer.connect(port);
    await peer.write(head('POST', '/echo/x', 'transfer-encoding: chunked\r\nconnection: close\r\n\r\n'));
    const before = await memory();
    const chunks = '1\r\na\r\n'.repeat(50_000);
    let growth = 0;
    for (let i = 0; i < 4; i += 1) {
      await peer.write(chunks);
      growth = Math.max(growth, (await memory()) - before);
    }
    await peer.write('0\r\n\r\n');
    const said = await peer.untilClosed();
    expect([statusOf(said), said.endsWith('a'.repeat(200_000)), growth < 12 * MIB]).toEqual([200, true, true]);
  });
});

describe('what is no HTTP', () => {
  it('[BI34] a request line and a header of 1 MiB are 413, and the answer can be read', async () => {
    for (const bytes of [head('GET', `/${'a'.repeat(MIB)}`), head('GET', '/echo/x', `x: ${'a'.repeat(MIB)}\r\n\r\n`)]) {
      await using peer = await RawPeer.connect(port);
      await peer.write(bytes);
      const said = await peer.untilClosed();
      expect([statusOf(said), said.includes('urn:whub:error:TOO_LARGE_ERR')]).toEqual([413, true]);
      expect(said.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
  });

  it('[BI34] CONNECT is 405 with the methods that there are', async () => {
    await using peer = await RawPeer.connect(port);
    await peer.write(head('CONNECT', '127.0.0.1:80', '\r\n'));
    const said = await peer.untilClosed();
    expect([statusOf(said), /^allow: (.*)$/m.exec(said)?.[1]]).toEqual([
      405,
      'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    ]);
  });

  it.each([
    ['1,000 headers', 413, Array.from({ length: 1_000 }, (_, i) => `x${String(i)}: 1\r\n`).join('')],
    ['65 headers', 413, Array.from({ length: 65 }, (_, i) => `x${String(i)}: 1\r\n`).join('')],
    ['17 KiB of headers', 413, `x: ${'a'.repeat(17 << 10)}\r\n`],
    ['two lengths', 400, 'content-length: 1\r\ncontent-length: 2\r\n'],
    ['a length and chunks', 400, 'content-length: 3\r\ntransfer-encoding: chunked\r\n'],
    ['chunks twice', 400, 'transfer-encoding: chunked, chunked\r\n'],
    ['a negative length', 400, 'content-length: -1\r\n'],
    ['a length that no number holds', 400, `content-length: ${'9'.repeat(40)}\r\n`],
    ['a folded header', 400, 'x: a\r\n b\r\n'],
    ['a space before the colon', 400, 'x : a\r\n'],
    ['a bare line feed', 400, 'x: a\ny: b\r\n'],
  ])('[BI34] %s: %s', async (_name, status, headers) => {
    stage.reached.length = 0;
    await using peer = await RawPeer.connect(port);
    await peer.write(head('POST', '/echo/bad', `${headers}connection: close\r\n\r\n`));
    expect([statusOf(await peer.untilClosed()), stage.reached]).toEqual([status, []]);
  });
});
