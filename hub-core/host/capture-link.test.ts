import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../common/base/clock.ts';
import { exchangesBatch } from '../test/support/traffic.ts';
import { CaptureLink } from './capture-link.ts';
import { SeqReservations } from './seq-reservations.ts';
import type { CaptureLinkAnswer, CaptureLinkRequest } from './thread-messages.ts';

describe('CaptureLink', () => {
  let thread: MessagePort;
  let link: CaptureLink;
  const say = (answer: CaptureLinkAnswer): void => thread.postMessage(answer);
  const heard = async (): Promise<CaptureLinkRequest> => {
    const [request] = (await once(thread, 'message')) as [CaptureLinkRequest];
    return request;
  };
  const join = (nextSeq: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    thread = port1;
    say({
      type: 'attached',
      nextSeq,
      states: { state: 'recording', services: { math: 'headers-only', geo: 'off' }, frames: false },
    });
    return port2;
  };
  beforeEach(async () => {
    link = await CaptureLink.open(join(7), systemClock);
  });
  afterEach(() => link[Symbol.dispose]());

  it('[TS7] the less of two states holds for a service', async () => {
    expect(['math', 'geo', 'x'].map((service) => link.modeOf(service))).toEqual(['headers-only', 'off', 'recording']);
    say({ type: 'states', states: { state: 'paused', services: { math: 'headers-only', geo: 'off' }, frames: false } });
    await expect
      .poll(() => ['math', 'geo', 'x'].map((service) => link.modeOf(service)))
      .toEqual(['paused', 'off', 'paused']);
  });

  it('[ME24] tells the memory of the thread as that told it last, and none of one that is gone', async () => {
    expect(link.memory).toBeUndefined();
    const memory = { heapUsedBytes: 1, heapTotalBytes: 2, externalBytes: 3 };
    say({ type: 'memory', memory });
    await expect.poll(() => link.memory).toEqual(memory);
    thread.close();
    await expect.poll(() => link.memory).toBeUndefined();
  });

  it('[EX5] numbers grow over the store, a new thread and what is kept for imports', async () => {
    expect([link.takeSeq(), link.takeSeq()]).toEqual([7, 8]);
    let flushes = 0;
    link.bindTap(() => {
      flushes += 1;
      link.write(exchangesBatch(7, 8));
    });
    say({ type: 'reserve', id: 3, count: 10 });
    // What was recorded before goes first.
    expect(await heard()).toMatchObject({ type: 'batch' });
    expect(await heard()).toEqual({ type: 'reserved', id: 3, firstSeq: 9 });
    expect([flushes, link.takeSeq()]).toEqual([1, 19]);
    link.attach(join(40));
    await expect.poll(() => link.modeOf('x')).toBe('recording');
    await expect.poll(() => link.takeSeq()).toBeGreaterThanOrEqual(40);
  });
});

describe('SeqReservations', () => {
  it('[EX5] answers each wish with its number, and fails them when the hub is gone', async () => {
    const reservations = new SeqReservations();
    const sent: CaptureLinkAnswer[] = [];
    const [first, second] = [1, 2].map((count) => reservations.ask(count, (wish) => sent.push(wish)));
    expect(sent).toEqual([
      { type: 'reserve', id: 1, count: 1 },
      { type: 'reserve', id: 2, count: 2 },
    ]);
    reservations.settle(2, 50);
    reservations.settle(9, 1);
    expect(await second).toBe(50);
    reservations.fail();
    await expect(first).rejects.toThrow('the hub was started again');
  });
});
