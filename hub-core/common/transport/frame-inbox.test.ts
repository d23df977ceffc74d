import { describe, expect, it } from 'vitest';
import { FrameInbox } from './frame-inbox.ts';

const frame = (value: number): Uint8Array => Uint8Array.of(value);

describe('FrameInbox', () => {
  it('[TR2] a frame that comes while the kept ones are told follows them', () => {
    const inbox = new FrameInbox();
    inbox.push(frame(1));
    inbox.push(frame(2));
    const heard: number[] = [];
    inbox.onFrame.subscribe(([value = 0]) => {
      heard.push(value);
      if (value === 1) inbox.push(frame(3));
    });
    inbox.push(frame(4));
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('[TR2] only the first subscriber is told what was kept', () => {
    const inbox = new FrameInbox();
    inbox.push(frame(1));
    const heard: string[] = [];
    inbox.onFrame.subscribe(([value]) => heard.push(`a${String(value)}`));
    inbox.onFrame.subscribe(([value]) => heard.push(`b${String(value)}`));
    inbox.push(frame(2));
    expect(heard).toEqual(['a1', 'a2', 'b2']);
  });

  it('[TR2] one whose first subscriber ends it on the way tells nothing more', () => {
    const inbox = new FrameInbox();
    inbox.push(frame(1));
    inbox.push(frame(2));
    const heard: number[] = [];
    inbox.onFrame.subscribe(([value = 0]) => {
      heard.push(value);
      inbox.close();
    });
    inbox.push(frame(3));
    expect(heard).toEqual([1]);
  });
});
