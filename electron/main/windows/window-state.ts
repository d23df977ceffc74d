import { join } from 'node:path';
import { z } from 'zod';
import { JsonFile } from '../settings/json-file.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const rectangleSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
});
const stateSchema = z.object({
  bounds: rectangleSchema.nullable().default(null),
  maximized: z.boolean().default(false),
});

/** So much of a window has to lie on a display to be caught with the pointer. */
const VISIBLE_PX = 64;
const MIN_WIDTH = 960;
const MIN_HEIGHT = 600;

function overlap(from: number, length: number, ...[otherFrom, otherLength]: [number, number]): number {
  return Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);
}

/**
 * Bounds for a window that was last at `bounds`: as they were where it still can be reached, else moved onto the first display
 * and made to fit it. Electron's own persistence of windows is experimental; this is what it would have to do anyway when a
 * display is gone.
 *
 * @param displays the displays' work areas, the primary first
 */
export function clampToDisplays(bounds: Rectangle, displays: readonly Rectangle[]): Rectangle {
  const isReachable = displays.some(
    (area) =>
      overlap(bounds.x, bounds.width, area.x, area.width) >= VISIBLE_PX &&
      // Its title bar, not any part of it.
      bounds.y >= area.y &&
      bounds.y <= area.y + area.height - VISIBLE_PX,
  );
  const [first] = displays;
  if (isReachable || first === undefined) return bounds;
  const width = Math.max(MIN_WIDTH, Math.min(bounds.width, first.width));
  const height = Math.max(MIN_HEIGHT, Math.min(bounds.height, first.height));
  return {
    x: first.x + Math.max(0, Math.round((first.width - width) / 2)),
    y: first.y + Math.max(0, Math.round((first.height - height) / 2)),
    width,
    height,
  };
}

/** The part of a window whose place is kept. */
export interface PlacedWindow {
  getNormalBounds(): Rectangle;
  isMaximized(): boolean;
  isDestroyed(): boolean;
  on(event: 'close', listener: () => void): unknown;
}

/** Where the window was, kept in the app's folder. */
export class WindowPlace {
  readonly #file: JsonFile<typeof stateSchema>;

  constructor(userData: string) {
    this.#file = new JsonFile(join(userData, 'window-state.json'), stateSchema);
  }

  /** @returns undefined at the first start: the system places the window */
  boundsOn(displays: readonly Rectangle[]): Rectangle | undefined {
    const { bounds } = this.#file.value;
    return bounds === null ? undefined : clampToDisplays(bounds, displays);
  }

  get maximized(): boolean {
    return this.#file.value.maximized;
  }

  /** Remembers it when the window closes; a crash costs one move of a window. */
  follow(window: PlacedWindow): void {
    window.on('close', () => {
      if (window.isDestroyed()) return;
      const { x, y, width, height } = window.getNormalBounds();
      this.#file.set({ bounds: { x, y, width, height }, maximized: window.isMaximized() });
    });
  }
}
