import { describe, expect, it } from 'vitest';
import { COLORS } from './colors.ts';
import type { ColorName, Scheme } from './colors.ts';

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, relative contrast. */
function contrast(front: ColorName, back: ColorName, scheme: Scheme): number {
  const [light = 0, dark = 0] = [front, back]
    .map((name) => luminance(COLORS[name][scheme]))
    .toSorted((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES: readonly ColorName[] = [
  'surface',
  'surface-raised',
  'surface-sunken',
  'row-alt',
  'row-hover',
  'row-selected',
  'row-selected-unfocused',
];
const STATUSES = ['status-ok', 'status-warn', 'status-error', 'status-info', 'status-pending', 'status-held'] as const;
const CODE: readonly ColorName[] = ['code-string', 'code-number', 'code-key', 'code-bool', 'code-null'];
const TEXTS: readonly ColorName[] = ['text', 'text-muted', 'text-faint', 'accent', ...STATUSES, ...CODE];
const CHARTS: readonly ColorName[] = ['chart-1', 'chart-2', 'chart-3', 'chart-4', 'chart-5', 'chart-6', 'chart-7'];

describe.each(['light', 'dark'] as const)('COLORS, %s', (scheme) => {
  const below = (fronts: readonly ColorName[], backs: readonly ColorName[], least: number): string[] =>
    fronts.flatMap((front) =>
      backs
        .filter((back) => contrast(front, back, scheme) < least)
        .map((back) => `${front} on ${back}: ${contrast(front, back, scheme).toFixed(2)}`),
    );

  it('[UI10] text, status and code colours have 4.5:1 on every surface', () => {
    expect(below(TEXTS, SURFACES, 4.5)).toEqual([]);
  });
  it('[UI10] a badge has 4.5:1 on its own fill, a primary button on the accent', () => {
    expect(STATUSES.flatMap((status) => below([status], [`${status}-fill`], 4.5))).toEqual([]);
    expect(below(['on-accent'], ['accent'], 4.5)).toEqual([]);
  });
  it('[UI10] borders of controls and the focus ring have 3:1 on what they lie on', () => {
    expect(below(['control-border'], ['surface', 'surface-raised', 'surface-sunken'], 3)).toEqual([]);
    expect(below(['accent'], SURFACES, 3)).toEqual([]);
  });
  it('[UI10] chart lines have 4.5:1 on the surfaces that charts lie on', () => {
    expect(below(CHARTS, ['surface', 'surface-raised'], 4.5)).toEqual([]);
  });
});
