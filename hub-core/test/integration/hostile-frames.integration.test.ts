import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { createJsonCodec } from '../../common/protocol/json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Method } from '../../common/protocol/message.ts';
import { hostileFrame } from '../support/hostile-frames.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { echo, WireClient } from '../support/wire-client.ts';

const RPC = 'application/vnd.whub.v1+flatbuffers';
const RPC_FRAMES = 80_000;
const SESSIONS = 2_500;
const FRAMES_A_SESSION = 8;
const ROUND = 2_000;
/** What may stay behind after the last frame: caches that fill up once, and what the collector has not got to. */
const MAX_GROWTH_BYTES = 24 << 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let bench: TestHub;
let key: string;
let provider: WireClient;
let watcher: WireClient;
const seed = Math.floor(Math.random() * 2 ** 31);

beforeAll(async () => {
  // Its clients come back thousands of times: that they would be slowed is not what this is about.
  bench = await startTestHub({ blockList: { slowFromMs: 0 } });
  key = bench.addClient('cat');
  provider = await WireClient.open(bench.url, { key });
  await provider.provide({ id: 'echo', routes: [{ pattern: '/*rest' }] }, echo);
  watcher = await WireClient.open(bench.url, { key });
});
afterAll(async () => {
  await watcher[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

/** A good request through the hub, to a provider and back. */
async function assertAnswers(): Promise<void> {
  const payload = new TextEncoder().encode('still here');
  const reply = await watcher.request({ method: Method.Post, uri: '/echo/x', encoding: Encoding.Text, payload });
  expect([reply.status, new TextDecoder().decode(reply.payload), `seed ${String(seed)}`]).toEqual([
    200,
    'still here',
    `seed ${String(seed)}`,
  ]);
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

/** Sends each frame as a body of `POST /rpc` on one connection, and waits until as many answers came. */
async function postAll(socket: Socket, frames: readonly Uint8Array[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let tail = '';
  const onData = (chunk: Buffer): void => {
    const text = tail + chunk.toString('latin1');
    let counted = 0;
    for (const match of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      statuses.push(Number(match[1]));
      counted = match.index + match[0].length;
    }
    // A status line may be cut between two chunks; what was counted is not looked at again.
    tail = text.slice(Math.max(counted, text.length - 12));
    if (statuses.length >= frames.length) resolve();
  };
  const onClose = (): void =>
    reject(new Error(`The hub closed the connection after ${String(statuses.length)} answers, seed ${String(seed)}`));
  socket.on('data', onData).once('close', onClose);
  const head = `POST /rpc HTTP/1.1\r\nhost: 127.0.0.1:${String(bench.port)}\r\nauthorization: Bearer ${key}\r\ncontent-type: ${RPC}\r\n`;
  socket.cork();
  for (const frame of frames) {
    socket.write(`${head}content-length: ${String(frame.byteLength)}\r\n\r\n`);
    socket.write(frame);
  }
  socket.uncork();
  await promise;
  socket.off('data', onData).off('close', onClose);
  return statuses;
}

/** Says Hello, sends the frames and leaves; what the hub ends before is its right. */
async function oneSession(codec: Codec, frames: readonly Uint8Array[]): Promise<number> {
  await using client = await WireClient.open(bench.url, { key }, { subprotocol: codec.subprotocol });
  for (const frame of frames) client.sendRaw(frame);
  client.socket.close();
  return (await client.closed).code;
}

describe('100,000 hostile frames', () => {
  it('[LI4] leave the hub up, answering and with the memory it had', { timeout: 300_000 }, async () => {
    const binary = createBinaryCodec(DEFAULT_CODEC_LIMITS);
    const json = createJsonCodec(DEFAULT_CODEC_LIMITS);
    const socket = connect(bench.port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    const frames = (codec: Codec, round: number, count: number): readonly Uint8Array[] =>
      fc.sample(hostileFrame(codec), { numRuns: count, seed: seed + round });

    // The first round fills caches and compiles code: what is measured is what the others add.
    await postAll(socket, frames(binary, 0, ROUND));
    await oneSession(json, frames(json, 0, FRAMES_A_SESSION));
    await oneSession(binary, frames(binary, 0, FRAMES_A_SESSION));
    await assertAnswers();
    const before = await memory();

    const codes = new Set<number>();
    const statuses = new Set<number>();
    let round = 1;
    for (let sent = ROUND; sent < RPC_FRAMES; sent += ROUND, round += 1) {
      for (const status of await postAll(socket, frames(binary, round, ROUND))) statuses.add(status);
      await assertAnswers();
    }
    for (let session = 0; session < SESSIONS; round += 1) {
      const codec = round % 2 === 0 ? binary : json;
      const batch = frames(codec, round, 50 * FRAMES_A_SESSION);
      const groups = Array.from({ length: 50 }, (_, i) =>
        batch.slice(i * FRAMES_A_SESSION, (i + 1) * FRAMES_A_SESSION),
      );
      for (const code of await Promise.all(groups.map((group) => oneSession(codec, group)))) codes.add(code);
      session += groups.length;
      await assertAnswers();
    }
    socket.destroy();

    const growth = (await memory()) - before;
    expect([[...statuses].every((status) => [200, 202, 400, 413].includes(status)), `seed ${String(seed)}`]).toEqual([
      true,
      `seed ${String(seed)}`,
    ]);
    expect([...codes].filter((code) => ![1000, 1005, 4400, 4413].includes(code))).toEqual([]);
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
    const left = () => {
      const { inFlight, queued, connections } = bench.hub.stats.current();
      return { inFlight, queued, connections };
    };
    await expect.poll(left).toEqual({ inFlight: 0, queued: 0, connections: 2 });
  });
});
