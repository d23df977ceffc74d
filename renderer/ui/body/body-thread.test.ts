import { describe, expect, it } from 'vitest';
import { FIRST_PIECE, PIECE_CHARACTERS, runBodyJob } from './body-job.ts';
import type { BodyJob } from './body-job.ts';
import { BodyThread } from './body-thread.ts';
import type { BodyWorkerMessage } from './body.worker.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface FakeThread {
  readonly jobs: BodyJob[];
  readonly port: MessagePort;
  fail: (message: string) => void;
  ended: boolean;
}

const noFailure: FakeThread['fail'] = () => {};
const say = (thread: FakeThread | undefined, message: BodyWorkerMessage): void => thread?.port.postMessage(message, []);

/** A thread's end of the line, played by the test; `jobs` are those that it was given. */
function lines() {
  const started: FakeThread[] = [];
  const got = Promise.withResolvers<void>();
  let arrived = got;
  const start = () => {
    const { port1, port2 } = new MessageChannel();
    const line: FakeThread = { jobs: [], port: port2, fail: noFailure, ended: false };
    port2.addEventListener('message', ({ data }: MessageEvent<BodyJob>) => {
      line.jobs.push(data);
      arrived.resolve();
    });
    port2.start();
    port1.start();
    started.push(line);
    return {
      port: port1,
      onFailed: (listener: (message: string) => void) => (line.fail = listener),
      [Symbol.dispose]() {
        line.ended = true;
        port1.close();
      },
    };
  };
  /** Waits until the thread was given one more job. */
  const job = async (): Promise<void> => {
    await arrived.promise;
    arrived = Promise.withResolvers();
  };
  return { started, start, job };
}

const text = (words: string): BodyJob => ({ op: 'text', bytes: utf8(words) });
const noPiece = (): void => {};

describe('BodyThread', () => {
  it('[UI97] does one job after another on one thread, and hands over pieces in order', async () => {
    const { started, start, job } = lines();
    const thread = new BodyThread(start);
    const { signal } = new AbortController();
    const pieces: string[] = [];
    const first = thread.run(text('a'), (piece) => pieces.push(piece), signal);
    const second = thread.run(text('b'), noPiece, signal);
    await job();
    const [line] = started;
    expect(line?.jobs.length).toBe(1);
    say(line, { type: 'piece', text: 'a1' });
    say(line, { type: 'piece', text: 'a2' });
    say(line, { type: 'done', result: { kind: 'text', exact: true } });
    expect([await first, pieces]).toEqual([{ kind: 'text', exact: true }, ['a1', 'a2']]);
    await job();
    say(line, { type: 'failed', message: 'too deep' });
    await expect(second).rejects.toThrow('too deep');
    expect(started.length).toBe(1);
    line?.port.close();
  });
  it('[UI97] ends the thread at work on a job that nobody waits for, and goes on with the next on a new one', async () => {
    const { started, start, job } = lines();
    const thread = new BodyThread(start);
    const leaving = new AbortController();
    const abandoned = thread.run(text('a'), noPiece, leaving.signal);
    const kept = thread.run(text('b'), noPiece, new AbortController().signal);
    await job();
    leaving.abort(new Error('left'));
    await expect(abandoned).rejects.toThrow('left');
    await job();
    expect(started.map(({ ended, jobs }) => [ended, jobs.length])).toEqual([
      [true, 1],
      [false, 1],
    ]);
    say(started[1], { type: 'done', result: { kind: 'unfit', reason: 'no' } });
    expect(await kept).toEqual({ kind: 'unfit', reason: 'no' });
    for (const { port } of started) port.close();
  });
  it('[UI97] leaves out a job that nobody waits for before its turn', async () => {
    const { started, start, job } = lines();
    const thread = new BodyThread(start);
    const leaving = new AbortController();
    const first = thread.run(text('a'), noPiece, new AbortController().signal);
    const left = thread.run(text('b'), noPiece, leaving.signal);
    await job();
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    say(started[0], { type: 'done', result: { kind: 'unfit', reason: 'no' } });
    await first;
    expect([started.length, started[0]?.jobs.length, started[0]?.ended]).toEqual([1, 1, false]);
    started[0]?.port.close();
  });
  it('[UI97] tells of a thread that failed, and starts another for the next job', async () => {
    const { started, start, job } = lines();
    const thread = new BodyThread(start);
    const { signal } = new AbortController();
    const failed = thread.run(text('a'), noPiece, signal);
    await job();
    started[0]?.fail('out of memory');
    await expect(failed).rejects.toThrow('out of memory');
    const next = thread.run(text('b'), noPiece, signal);
    await job();
    say(started[1], { type: 'done', result: { kind: 'unfit', reason: 'no' } });
    await next;
    for (const { port } of started) port.close();
  });
});

describe('runBodyJob', () => {
  const run = (job: BodyJob) => {
    const pieces: string[] = [];
    return { result: runBodyJob(job, (piece) => pieces.push(piece)), pieces };
  };
  it('[UI97] hands a long text over in pieces that cut no character and no line end', () => {
    const long = `${'x'.repeat(FIRST_PIECE - 1)}\r\n${'y'.repeat(PIECE_CHARACTERS - 3)}😀z`;
    const { result, pieces } = run(text(long));
    expect([result, pieces.join('') === long]).toEqual([{ kind: 'text', exact: true }, true]);
    expect(pieces.map((piece) => piece.length)).toEqual([FIRST_PIECE - 1, PIECE_CHARACTERS - 1, 3]);
  });
  it('[UI138] hands over the first lines of a long JSON text before it is read to its end', () => {
    const items = Array.from({ length: 20_000 }, (_, id) => ({ id, name: 'ü'.repeat(id % 7) }));
    const bytes = utf8(JSON.stringify(items));
    const { result, pieces } = run({ op: 'pretty', bytes, partial: false });
    expect(result).toEqual({ kind: 'text', exact: true });
    expect(pieces.join('')).toBe(JSON.stringify(items, null, 2));
    expect([pieces.length, pieces[1]?.startsWith('\n')]).toEqual([2, true]);
    const broken = run({ op: 'pretty', bytes: bytes.subarray(0, -1), partial: false });
    expect([broken.result.kind, broken.pieces]).toEqual(['unfit', pieces.slice(0, 1)]);
  });
  it('[UI92] lays out JSON that breaks off, and says of invalid UTF-8 that it is not exact', () => {
    expect(run({ op: 'pretty', bytes: utf8('[1,'), partial: true }).pieces).toEqual(['[\n  1']);
    const invalid = Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d);
    expect(run({ op: 'pretty', bytes: invalid, partial: false })).toEqual({
      result: { kind: 'text', exact: false },
      pieces: ['[\n  "\ufffd"\n]'],
    });
  });
  it('[UI97] says why when bytes are not what they are to be read as', () => {
    expect(run({ op: 'tree', bytes: utf8('nope'), partial: false }).result.kind).toBe('unfit');
    expect(run({ op: 'pretty', bytes: utf8('[1,'), partial: false }).result.kind).toBe('unfit');
    expect(run({ op: 'decode', bytes: Uint8Array.of(0xc1), request: { format: 'messagepack' } }).result).toEqual({
      kind: 'unfit',
      reason: 'Cannot read this as MessagePack: it holds the byte c1, which is never used',
    });
  });
});
