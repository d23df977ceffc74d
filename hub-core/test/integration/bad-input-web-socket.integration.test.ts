import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawBytes, rawHttp, statusOf, upgradeHead } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const MASK = Buffer.from([1, 2, 3, 4]);

let bench: TestHub;
beforeAll(async () => (bench = await startTestHub({ limits: { maxFrameBytes: 4_096 } })));
afterAll(() => bench[Symbol.asyncDispose]());

interface FrameInit {
  /** FIN, reserved bits, opcode. */
  readonly first: number;
  readonly body?: Uint8Array;
  readonly masked?: boolean;
  /** Told instead of the body's. */
  readonly length?: number;
}

/** One frame of a WebSocket, right or wrong (RFC 6455, section 5.2). */
function frame({ first, body = Buffer.alloc(4), masked = true, length = body.byteLength }: FrameInit): Buffer {
  const head = length < 126 ? Buffer.from([first, length]) : Buffer.from([first, 126, length >> 8, length & 0xff]);
  head[1] = (head[1] ?? 0) | (masked ? 0x80 : 0);
  const hidden = Buffer.from(body.map((byte, index) => byte ^ (MASK[index % 4] ?? 0)));
  return masked ? Buffer.concat([head, MASK, hidden]) : Buffer.concat([head, body]);
}

/** Opens a WebSocket by hand. */
async function upgraded(): Promise<Socket> {
  const socket = connect(bench.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(upgradeHead(bench.port));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(statusOf(answer.toString('latin1'))).toBe(101);
  return socket;
}

/** The code of the close frame by which the hub ends. */
async function closeCode(frames: readonly Buffer[]): Promise<number> {
  const socket = await upgraded();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const each of frames) socket.write(each);
  await once(socket, 'close');
  const said = Buffer.concat(chunks);
  // The last frame: 0x88, its length below 126, the code.
  const at = said.lastIndexOf(0x88);
  return at < 0 ? 0 : said.readUInt16BE(at + 2);
}

describe('a WebSocket upgrade', () => {
  it.each([
    ['of a version that is not spoken', { 'sec-websocket-version': '7' }, 400],
    ['of no version', { 'sec-websocket-version': '' }, 400],
    ['with a key that is too short', { 'sec-websocket-key': 'c2hvcnQ=' }, 400],
    ['with a key that is no base64', { 'sec-websocket-key': '!!!!!!!!!!!!!!!!!!!!!!!!' }, 400],
    ['with no key', { 'sec-websocket-key': '' }, 400],
    ['with a subprotocol that is not spoken', { 'sec-websocket-protocol': 'mqtt' }, 400],
    ['with an empty subprotocol', { 'sec-websocket-protocol': ',' }, 400],
    ['with a subprotocol twice', { 'sec-websocket-protocol': 'whub.v1.fbs, whub.v1.fbs' }, 400],
  ])('[HT17] %s is refused with a problem document', async (_what, headers, status) => {
    const answer = await rawBytes(bench.port, upgradeHead(bench.port, { headers }));
    expect([statusOf(answer), answer.includes('urn:whub:error:BAD_REQUEST_ERR')]).toEqual([status, true]);
  });

  it('[HT17] by another method is no upgrade', async () => {
    const answer = await rawBytes(bench.port, upgradeHead(bench.port).replace('GET', 'POST'));
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400);
  });
});

describe('a frame of a WebSocket', () => {
  const cases: readonly [string, readonly Buffer[], number][] = [
    ['that is not masked', [frame({ first: 0x82, masked: false })], 1_002],
    ['with the first reserved bit', [frame({ first: 0xc2 })], 1_002],
    ['with the second reserved bit', [frame({ first: 0xa2 })], 1_002],
    ['with the third reserved bit', [frame({ first: 0x92 })], 1_002],
    ['of a data opcode that there is none of', [frame({ first: 0x83 })], 1_002],
    ['of a control opcode that there is none of', [frame({ first: 0x8b })], 1_002],
    ['that goes on with nothing', [frame({ first: 0x80 })], 1_002],
    ['that begins within another', [frame({ first: 0x02 }), frame({ first: 0x82 })], 1_002],
    ['of control that is fragmented', [frame({ first: 0x09 })], 1_002],
    ['of control above 125 bytes', [frame({ first: 0x89, body: Buffer.alloc(126) })], 1_002],
    ['of close with one byte', [frame({ first: 0x88, body: Buffer.alloc(1) })], 1_002],
    ['of close with a code that nobody sends', [frame({ first: 0x88, body: Buffer.from([0x03, 0xed]) })], 1_002],
    ['above the limit', [frame({ first: 0x82, body: Buffer.alloc(4_097) })], 4_413],
    [
      'above the limit only with what it goes on with',
      [frame({ first: 0x02, body: Buffer.alloc(3_000) }), frame({ first: 0x80, body: Buffer.alloc(3_000) })],
      4_413,
    ],
    ['that is text where binary was agreed', [frame({ first: 0x81 })], 4_400],
    ['that holds no message', [frame({ first: 0x82 })], 4_400],
    ['that is empty', [frame({ first: 0x82, body: Buffer.alloc(0) })], 4_400],
  ];

  it.each(cases)('[BI45] %s ends its connection with a code that says why', async (_what, frames, code) => {
    expect(await closeCode(frames)).toBe(code);
  });

  it('[BI45] and none of them anything else', async () => {
    for (const [, frames] of cases) {
      const socket = await upgraded();
      for (const each of frames) socket.write(each);
      // Whoever breaks the rules does not wait for the answer either.
      socket.resetAndDestroy();
    }
    expect((await rawHttp(bench.port, { path: '/healthz' })).status).toBe(200);
    await expect.poll(() => bench.hub.connections.list().filter(({ state }) => state !== 'closed').length).toBe(0);
  });
});
