/** Every colour of the console, in both colour schemes. colors.test.ts computes every contrast again. */
export const COLORS = {
  surface: { light: '#ffffff', dark: '#16181d' },
  'surface-raised': { light: '#f6f7f9', dark: '#1d2026' },
  'surface-sunken': { light: '#eceef2', dark: '#101217' },
  'row-alt': { light: '#fafbfc', dark: '#191b21' },
  'row-hover': { light: '#eef2f8', dark: '#242831' },
  'row-selected': { light: '#d6e4fb', dark: '#1c3459' },
  'row-selected-unfocused': { light: '#e3e6eb', dark: '#2c313b' },
  text: { light: '#1b1f27', dark: '#e6e8ec' },
  'text-muted': { light: '#525b6b', dark: '#a9b0bd' },
  'text-faint': { light: '#566072', dark: '#9fa7b5' },
  accent: { light: '#1a5fd0', dark: '#7cb0ff' },
  'on-accent': { light: '#ffffff', dark: '#0b1a33' },
  border: { light: '#c9cfd9', dark: '#3a404b' },
  'control-border': { light: '#7c8494', dark: '#6f7887' },
  'status-ok': { light: '#146c3a', dark: '#6fd694' },
  'status-ok-fill': { light: '#e3f4ea', dark: '#143323' },
  'status-warn': { light: '#8a5300', dark: '#f2b84b' },
  'status-warn-fill': { light: '#fdf0d8', dark: '#3a2b10' },
  'status-error': { light: '#b3261e', dark: '#ff8a80' },
  'status-error-fill': { light: '#fce8e6', dark: '#431d1b' },
  'status-info': { light: '#0b5cad', dark: '#7cc4ff' },
  'status-info-fill': { light: '#e3effb', dark: '#12314b' },
  'status-pending': { light: '#4f53b8', dark: '#a9acff' },
  'status-pending-fill': { light: '#ececfb', dark: '#26284f' },
  'status-held': { light: '#9a3ba8', dark: '#e6a0f0' },
  'status-held-fill': { light: '#f8e8fa', dark: '#3a1e40' },
  'code-string': { light: '#0b6b3a', dark: '#8fd9a8' },
  'code-number': { light: '#7526dd', dark: '#c9a6ff' },
  'code-key': { light: '#7a3e00', dark: '#e8b77a' },
  'code-bool': { light: '#b3261e', dark: '#ff9e95' },
  'code-null': { light: '#566072', dark: '#9fa7b5' },
  'chart-1': { light: '#1a5fd0', dark: '#7cb0ff' },
  'chart-2': { light: '#b3261e', dark: '#ff8a80' },
  'chart-3': { light: '#146c3a', dark: '#6fd694' },
  'chart-4': { light: '#8a5300', dark: '#f2b84b' },
  'chart-5': { light: '#9a3ba8', dark: '#e6a0f0' },
  'chart-6': { light: '#00707a', dark: '#5fd3dc' },
  'chart-7': { light: '#5d6675', dark: '#a9b0bd' },
} as const;

export type ColorName = keyof typeof COLORS;

/** The same for the theme of high contrast: text is black or white, no fill is tinted, and every other colour has 7:1. */
export const HIGH_CONTRAST = {
  surface: { light: '#ffffff', dark: '#000000' },
  'surface-raised': { light: '#ffffff', dark: '#000000' },
  'surface-sunken': { light: '#ffffff', dark: '#000000' },
  'row-alt': { light: '#ffffff', dark: '#000000' },
  'row-hover': { light: '#e8eefb', dark: '#1c2431' },
  'row-selected': { light: '#cfdffc', dark: '#14305e' },
  'row-selected-unfocused': { light: '#e0e4ea', dark: '#2b313b' },
  text: { light: '#000000', dark: '#ffffff' },
  'text-muted': { light: '#000000', dark: '#ffffff' },
  'text-faint': { light: '#000000', dark: '#ffffff' },
  accent: { light: '#003a8f', dark: '#9cc4ff' },
  'on-accent': { light: '#ffffff', dark: '#000000' },
  border: { light: '#000000', dark: '#ffffff' },
  'control-border': { light: '#000000', dark: '#ffffff' },
  'status-ok': { light: '#06451f', dark: '#8fe6ae' },
  'status-ok-fill': { light: '#ffffff', dark: '#000000' },
  'status-warn': { light: '#573400', dark: '#ffd27a' },
  'status-warn-fill': { light: '#ffffff', dark: '#000000' },
  'status-error': { light: '#7d0f0a', dark: '#ffb8b2' },
  'status-error-fill': { light: '#ffffff', dark: '#000000' },
  'status-info': { light: '#003c75', dark: '#a6d7ff' },
  'status-info-fill': { light: '#ffffff', dark: '#000000' },
  'status-pending': { light: '#30338a', dark: '#c9cbff' },
  'status-pending-fill': { light: '#ffffff', dark: '#000000' },
  'status-held': { light: '#641a70', dark: '#f2c2f8' },
  'status-held-fill': { light: '#ffffff', dark: '#000000' },
  'code-string': { light: '#00431f', dark: '#a6e8bc' },
  'code-number': { light: '#4b1193', dark: '#dcc4ff' },
  'code-key': { light: '#5a2d00', dark: '#f5cd98' },
  'code-bool': { light: '#7d0f0a', dark: '#ffbdb6' },
  'code-null': { light: '#000000', dark: '#ffffff' },
  'chart-1': { light: '#003a8f', dark: '#9cc4ff' },
  'chart-2': { light: '#7d0f0a', dark: '#ffb8b2' },
  'chart-3': { light: '#06451f', dark: '#8fe6ae' },
  'chart-4': { light: '#573400', dark: '#ffd27a' },
  'chart-5': { light: '#641a70', dark: '#f2c2f8' },
  'chart-6': { light: '#00444a', dark: '#8ce4eb' },
  'chart-7': { light: '#333a45', dark: '#d2d7df' },
} as const satisfies Readonly<Record<ColorName, Readonly<Record<'light' | 'dark', string>>>>;

export const SCHEMES = ['light', 'dark', 'high-light', 'high-dark'] as const;
/** A colour scheme with its contrast. */
export type Scheme = (typeof SCHEMES)[number];

/** The colour as it is drawn on a canvas, which understands neither `var()` nor `light-dark()`. */
export function colorOf(name: ColorName, scheme: Scheme): string {
  switch (scheme) {
    case 'light':
    case 'dark':
      return COLORS[name][scheme];
    case 'high-light':
      return HIGH_CONTRAST[name].light;
    case 'high-dark':
      return HIGH_CONTRAST[name].dark;
  }
}

const properties = (colors: Readonly<Record<string, Readonly<Record<'light' | 'dark', string>>>>): string =>
  Object.entries(colors)
    .map(([name, { light, dark }]) => `--${name}: light-dark(${light}, ${dark});`)
    .join(' ');

/** The colours as custom properties that follow the page's colour scheme, and the contrast that is chosen or asked for. */
export function colorSheet(): string {
  const high = properties(HIGH_CONTRAST);
  return `
    :root { ${properties(COLORS)} }
    :root[data-contrast='more'] { ${high} }
    @media (prefers-contrast: more) { :root { ${high} } }
  `;
}
