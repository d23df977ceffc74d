import { describe, expect, it } from 'vitest';
import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { flagWords, frameIdText, frameOpcode, pairOf } from './frame-text.ts';

const frame = (number: number, change: Partial<FrameRow> = {}): FrameRow => ({
  ...{ number, atMs: number, connection: 'c1', direction: 'in', kind: 'request', method: 'GET' },
  ...{ status: 0, flags: 0, id: 7, bytes: 100, exchange: 41 },
  ...change,
});

describe('frameOpcode', () => {
  it('[UI125] is the number on the wire with its word', () => {
    expect(frameOpcode(frame(1))).toBe('3 request GET');
    expect(frameOpcode(frame(1, { kind: 'goodbye', method: '' }))).toBe('11 goodbye');
    expect(frameOpcode(frame(1, { kind: 'close', method: '' }))).toBe('close');
    expect([flagWords(9), frameIdText(0x8000_0004), frameIdText(4), frameIdText(0)]).toEqual([
      'stream idempotent',
      'h4',
      '4',
      '',
    ]);
  });
});

describe('pairOf', () => {
  const frames = [
    frame(1),
    frame(2, { connection: 'c2', direction: 'out', id: 0x8000_0001 }),
    frame(3, { connection: 'c2', kind: 'response', id: 0x8000_0001 }),
    frame(4, { kind: 'response', direction: 'out' }),
    frame(5, { kind: 'cancel' }),
  ];
  const pair = (place: number): number | undefined => pairOf(frames[place] ?? frame(9), frames)?.number;

  it('[UI126] leads from a request to its answer and back, on either side of the hub', () => {
    expect([pair(0), pair(3), pair(1), pair(2)]).toEqual([4, 1, 3, 2]);
  });

  it('[UI126] leads from any other frame to the next of its exchange, around the end', () => {
    expect(pair(4)).toBe(1);
    expect(pairOf(frame(1), [frame(1), frame(2, { kind: 'cancel' })])?.number).toBe(2);
    expect(pairOf(frame(1), [frame(1)])).toBeUndefined();
  });
});
