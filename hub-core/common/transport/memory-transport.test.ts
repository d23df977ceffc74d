import { describe, expect, it } from 'vitest';
import { createMemoryTransportPair } from './memory-transport.ts';
import type { CloseReason } from './transport.ts';

describe('createMemoryTransportPair', () => {
  it('[TR1] nothing arrives while send() runs', async () => {
    const [near, far] = createMemoryTransportPair();
    const heard: number[] = [];
    far.onFrame.subscribe(([value = 0]) => heard.push(value));
    near.send(Uint8Array.of(1));
    expect({ heard: [...heard], waiting: near.bufferedBytes }).toEqual({ heard: [], waiting: 1 });
    await Promise.resolve();
    expect({ heard, waiting: near.bufferedBytes }).toEqual({ heard: [1], waiting: 0 });
  });

  it('[TR6] 0 is no high-water mark at all', () => {
    const [near] = createMemoryTransportPair({ highWaterBytes: 0 });
    expect(near.send(new Uint8Array(32 << 20))).toBe(true);
  });

  it('[TR3] an end that closes is read to its end, though the other does not read', async () => {
    const [near, far] = createMemoryTransportPair();
    const heard: number[] = [];
    far.onFrame.subscribe(([value = 0]) => heard.push(value));
    far.setReading(false);
    near.send(Uint8Array.of(1));
    await Promise.resolve();
    expect(heard).toEqual([]);
    near.close({ code: 1_000, text: '' });
    await Promise.resolve();
    expect(heard).toEqual([1]);
  });

  it('[TR3] when both close, each ends with its own reason', async () => {
    const [near, far] = createMemoryTransportPair();
    const reasons: CloseReason[] = [];
    near.onDidClose.subscribe((reason) => reasons.push(reason));
    far.onDidClose.subscribe((reason) => reasons.push(reason));
    near.close({ code: 4_000, text: 'near' });
    far.close({ code: 4_001, text: 'far' });
    await Promise.resolve();
    expect(reasons.map(({ text }) => text).toSorted()).toEqual(['far', 'near']);
  });

  it('[TR5] what a cut link had not delivered is lost', async () => {
    const [near, far] = createMemoryTransportPair();
    const heard: unknown[] = [];
    far.onFrame.subscribe((frame) => heard.push(frame));
    near.send(Uint8Array.of(1));
    near.terminate();
    await Promise.resolve();
    expect({ heard, waiting: near.bufferedBytes }).toEqual({ heard: [], waiting: 0 });
  });
});
