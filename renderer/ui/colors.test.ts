import { describe, expect, it } from 'vitest';
import { colorOf, SCHEMES } from './colors.ts';
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
    .map((name) => luminance(colorOf(name, scheme)))
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

describe.each(SCHEMES)('COLORS, %s', (scheme) => {
  const isHigh = scheme.startsWith('high-');
  const textLeast = isHigh ? 7 : 4.5;
  const edgeLeast = isHigh ? 4.5 : 3;
  const below = (fronts: readonly ColorName[], backs: readonly ColorName[], least: number): string[] =>
    fronts.flatMap((front) =>
      backs
        .filter((back) => contrast(front, back, scheme) < least)
        .map((back) => `${front} on ${back}: ${contrast(front, back, scheme).toFixed(2)}`),
    );

  it('[UI10] text, status and code colours have 4.5:1 on every surface, 7:1 in high contrast', () => {
    expect(below(TEXTS, SURFACES, textLeast)).toEqual([]);
  });
  it('[UI10] a badge has as much on its own fill, a primary button on the accent', () => {
    expect(STATUSES.flatMap((status) => below([status], [`${status}-fill`], textLeast))).toEqual([]);
    expect(below(['on-accent'], ['accent'], textLeast)).toEqual([]);
  });
  it('[UI10] borders of controls and the focus ring have 3:1 on what they lie on, 4.5:1 in high contrast', () => {
    expect(below(['control-border'], ['surface', 'surface-raised', 'surface-sunken'], edgeLeast)).toEqual([]);
    expect(below(['accent'], SURFACES, edgeLeast)).toEqual([]);
  });
  it('[UI10] chart lines have 4.5:1 on the surfaces that charts lie on, 7:1 in high contrast', () => {
    expect(below(CHARTS, ['surface', 'surface-raised'], textLeast)).toEqual([]);
  });
});
