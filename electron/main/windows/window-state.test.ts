import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clampToDisplays, WindowPlace } from './window-state.ts';

const LAPTOP = { x: 0, y: 0, width: 1440, height: 900 };
const LEFT = { x: -1920, y: 0, width: 1920, height: 1080 };

describe('clampToDisplays()', () => {
  it.each([
    ['on the first display', { x: 10, y: 20, width: 1000, height: 700 }],
    ['on the second', { x: -1800, y: 100, width: 1200, height: 800 }],
    ['partly outside', { x: -900, y: 100, width: 1000, height: 700 }],
  ])('[DS14] a window %s stays where it is', (_where, bounds) => {
    expect(clampToDisplays(bounds, [LAPTOP, LEFT])).toEqual(bounds);
  });

  it.each([
    ['on a display that is gone', { x: -1800, y: 100, width: 1200, height: 800 }],
    ['with its title bar above the edge', { x: 100, y: -200, width: 1200, height: 800 }],
    ['below the edge', { x: 100, y: 880, width: 1200, height: 800 }],
  ])('[DS14] a window %s comes to the middle of the first', (_where, bounds) => {
    expect(clampToDisplays(bounds, [LAPTOP])).toEqual({ x: 120, y: 50, width: 1200, height: 800 });
  });

  it('[DS14] a window that is larger than the display that is left is made to fit', () => {
    expect(clampToDisplays({ x: 5000, y: 0, width: 3000, height: 2000 }, [LAPTOP])).toEqual(LAPTOP);
  });
});

describe('WindowPlace', () => {
  it('[DS14] the place of a closed window is there at the next start', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whub-place-'));
    const bounds = { x: 30, y: 40, width: 1000, height: 700 };
    const window = Object.assign(new EventEmitter(), {
      getNormalBounds: () => bounds,
      isMaximized: () => true,
      isDestroyed: () => false,
    });
    expect(new WindowPlace(folder).boundsOn([LAPTOP])).toBeUndefined();
    new WindowPlace(folder).follow(window);
    window.emit('close');
    const place = new WindowPlace(folder);
    expect([place.boundsOn([LAPTOP]), place.maximized]).toEqual([bounds, true]);
    rmSync(folder, { recursive: true });
  });
});
