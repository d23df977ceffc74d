/** Below this width a detail lies under its list, wherever it was put. */
export const NARROW = '(max-width: 1199px)';

export const isNarrow = (): boolean => window.matchMedia(NARROW).matches;
