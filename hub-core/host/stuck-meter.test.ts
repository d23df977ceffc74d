import { describe, expect, it } from 'vitest';
import { StuckMeter } from './stuck-meter.ts';

/** Samples of one thread, 50 ms apart unless told otherwise. @returns what the meter said of each */
function measure(samples: readonly { cpuMs: number; gapMs?: number; answerMs?: number; beats?: number }[]): number[] {
  const meter = new StuckMeter();
  let atMs = 0;
  return samples.map(({ cpuMs, gapMs = 50, answerMs = 0, beats = 0 }) => {
    atMs += gapMs;
    return meter.add({ cpuMs, askedAtMs: atMs - answerMs, atMs, beats });
  });
}

describe('StuckMeter', () => {
  it('[HO30] adds up what is burnt from the first sample on', () => {
    expect(measure([{ cpuMs: 7_000 }, { cpuMs: 7_050 }, { cpuMs: 7_090 }])).toEqual([0, 50, 90]);
  });

  it('[HO30] counts nothing of what lies before a late answer: the thread was in native code, or had no processor', () => {
    expect(measure([{ cpuMs: 0 }, { cpuMs: 50 }, { cpuMs: 350, gapMs: 300, answerMs: 250 }, { cpuMs: 400 }])).toEqual([
      0, 50, 50, 100,
    ]);
  });

  it('[HO30] counts nothing of a long gap: whoever asks was late, or the machine asleep', () => {
    expect(measure([{ cpuMs: 0 }, { cpuMs: 400, gapMs: 400 }, { cpuMs: 1_000, gapMs: 600 }])).toEqual([0, 400, 400]);
  });

  it('[HO30] counts no more than the time that passed', () => {
    expect(measure([{ cpuMs: 0 }, { cpuMs: 400 }])).toEqual([0, 50]);
  });

  it('[HO30] begins anew at each beat, and after a turn of the loop', () => {
    expect(measure([{ cpuMs: 0 }, { cpuMs: 50 }, { cpuMs: 100, beats: 1 }, { cpuMs: 150, beats: 1 }])).toEqual([
      0, 50, 0, 50,
    ]);
    const meter = new StuckMeter();
    meter.add({ cpuMs: 0, askedAtMs: 0, atMs: 0, beats: 0 });
    expect(meter.add({ cpuMs: 50, askedAtMs: 50, atMs: 50, beats: 0 })).toBe(50);
    meter.reset();
    expect(meter.add({ cpuMs: 100, askedAtMs: 100, atMs: 100, beats: 0 })).toBe(0);
  });
});
