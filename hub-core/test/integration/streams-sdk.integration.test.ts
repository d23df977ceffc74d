import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient, RemoteError } from '../../client/node/index.ts';
import { ByteSource } from '../support/byte-source.ts';
import { CliProcess } from '../support/cli-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';

const PIECE = 64 << 10;
const PIECES = 512; // 32 MiB
const CREDIT = 262_144;

let stage: TestHub;
let key: string;

beforeAll(async () => {
  stage = await startTestHub();
  key = stage.addClient('tester');
});
afterAll(() => stage[Symbol.asyncDispose]());

const connect = (): Promise<HubClient> => HubClient.connect({ url: stage.url, client: 'tester', key });

/** SHA-256 and length of what comes, and never more of it in memory than a piece. */
async function digest(stream: AsyncIterable<Uint8Array>): Promise<readonly [string, number]> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return [hash.digest('hex'), bytes];
}

/** What the source is read to when nothing moves any more. */
async function standstill(source: ByteSource): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = source.produced > 0 && source.produced === before;
        before = source.produced;
        return stands;
      },
      { interval: 300 },
    )
    .toBe(true);
  return source.produced;
}

describe('streams from SDK to SDK through a running hub', () => {
  it('[SM1] carry 32 MiB to a provider and back at the same time, unchanged', async () => {
    await using provider = await connect();
    await using caller = await connect();
    await provider.provide({
      id: 'echo',
      routes: [{ pattern: '/', stream: true, handler: ({ stream }) => ({ body: stream }) }],
    });
    const { stream: body } = new ByteSource(PIECES, PIECE);
    const reply = await caller.request({ method: 'POST', uri: '/echo/', body, stream: true });
    const expected = await digest(new ByteSource(PIECES, PIECE).stream);
    expect(await digest(reply)).toEqual(expected);
    expect(expected[1]).toBe(32 << 20);
  });

  it('[SM9] end at the provider when the caller aborts in the middle of an answer', async () => {
    await using provider = await connect();
    await using caller = await connect();
    const source = new ByteSource(PIECES, PIECE);
    const aborted = Promise.withResolvers<void>();
    await provider.provide({
      id: 'down',
      routes: [
        {
          pattern: '/',
          handler: ({ signal }) => {
            signal.addEventListener('abort', () => aborted.resolve());
            return { body: source.stream };
          },
        },
      ],
    });
    const abort = new AbortController();
    const reply = await caller.request({ uri: '/down/', stream: true, signal: abort.signal });
    const reader = reply.stream.getReader();
    await reader.read();
    abort.abort(new Error('seen enough'));
    await expect(reader.read().then(() => reader.read())).rejects.toThrow('seen enough');
    await Promise.all([aborted.promise, source.cancelled]);
    expect(source.produced).toBeLessThan(PIECES);
  });

  it('[SM9] end at the provider when the caller aborts in the middle of a request', async () => {
    await using provider = await connect();
    await using caller = await connect();
    const begun = Promise.withResolvers<void>();
    const broken = Promise.withResolvers<unknown>();
    await provider.provide({
      id: 'up',
      routes: [
        {
          pattern: '/',
          stream: true,
          handler: async ({ stream }) => {
            const reader = stream.getReader();
            await reader.read();
            begun.resolve();
            try {
              for (let next = await reader.read(); !next.done; next = await reader.read());
            } catch (error) {
              broken.resolve(error);
            }
          },
        },
      ],
    });
    const abort = new AbortController();
    // It never comes to its end by itself.
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
    const reply = caller.request({ method: 'POST', uri: '/up/', body, signal: abort.signal });
    await begun.promise;
    abort.abort(new Error('changed my mind'));
    await expect(reply).rejects.toThrow('changed my mind');
    expect(await broken.promise).toMatchObject({ name: 'AbortError' });
  });

  it('[SM13] reach the caller with what the provider throws in the middle', async () => {
    await using provider = await connect();
    await using caller = await connect();
    await provider.provide({
      id: 'fails',
      routes: [{ pattern: '/', handler: () => ({ body: new ByteSource(3, PIECE, new Error('disk')).stream }) }],
    });
    const reply = await caller.request({ uri: '/fails/', stream: true });
    const error: unknown = await digest(reply).catch((reason: unknown) => reason);
    expect(error instanceof RemoteError && error.status).toBe(500);
  });

  it('[SM11] break off with 502 when the process of the provider is killed in the middle', async () => {
    await using folder = await createTempFolder();
    await writeFile(join(folder.path, 'big'), new Uint8Array(PIECES * PIECE));
    const env = { WHUB_URL: stage.url, WHUB_CLIENT: 'tester', WHUB_KEY: key };
    await using provider = new CliProcess(['provide', 'files', '--root', folder.path, '--service', 'lost'], env);
    await provider.line(/^providing/);
    await using caller = await connect();
    const reply = await caller.request({ uri: '/lost/get/big', stream: true });
    const reader = reply.stream.getReader();
    await reader.read();
    provider.kill('SIGKILL');
    await provider.ended;
    const rest = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read());
    })();
    const error: unknown = await rest.catch((reason: unknown) => reason);
    expect(error instanceof RemoteError && error.status).toBe(502);
  });

  it('[SM2] let a provider come no further than the window ahead of a caller that does not read', async () => {
    await using provider = await connect();
    await using caller = await connect();
    const source = new ByteSource(PIECES, PIECE);
    await provider.provide({ id: 'slow', routes: [{ pattern: '/', handler: () => ({ body: source.stream }) }] });
    const reply = await caller.request({ uri: '/slow/', stream: true });
    // One piece more may be read already, and waits for credit.
    expect((await standstill(source)) * PIECE).toBeLessThanOrEqual(CREDIT + 2 * PIECE);
    const [, bytes] = await digest(reply);
    expect(bytes).toBe(PIECES * PIECE);
  });

  it('[SM2] let a caller come no further than the window ahead of a provider that does not read', async () => {
    await using provider = await connect();
    await using caller = await connect();
    const source = new ByteSource(PIECES, PIECE);
    const go = Promise.withResolvers<void>();
    await provider.provide({
      id: 'busy',
      routes: [
        {
          pattern: '/',
          stream: true,
          handler: async ({ stream }) => {
            await go.promise;
            return { json: await digest(stream) };
          },
        },
      ],
    });
    const reply = caller.request({ method: 'POST', uri: '/busy/', body: source.stream });
    expect((await standstill(source)) * PIECE).toBeLessThanOrEqual(CREDIT + 2 * PIECE);
    go.resolve();
    expect((await reply).json()).toEqual(await digest(new ByteSource(PIECES, PIECE).stream));
  });
});
