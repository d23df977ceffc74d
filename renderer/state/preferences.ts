import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { TransferFormat } from '../../hub-core/common/transfer/transfer-format.ts';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'system',
  light: 'light',
  dark: 'dark',
  contrast: 'high contrast',
};

export const DETAIL_PLACES = ['right', 'below', 'hidden'] as const;
/** Where the detail of an exchange is; in a narrow window it is below the list. */
export type DetailPlace = (typeof DETAIL_PLACES)[number];

export const TIME_MODES = ['clock', 'start', 'delta'] as const;
/** The time of day, since the first row, or since the row above. */
export type TimeMode = (typeof TIME_MODES)[number];

/** Rows that match have a colour, the first rule that matches has its way. */
export interface HighlightRule {
  readonly filter: string;
  /** 1 to 6. */
  readonly color: number;
}

export interface SavedFilter {
  readonly name: string;
  readonly filter: string;
}

/** Choices that outlive a reload. Never rows, only how they are shown. */
interface Preferences {
  readonly theme: Theme;
  readonly chartMinutes: number;
  readonly hiddenColumns: readonly string[];
  /** Ids of columns from left to right; empty: as they come. */
  readonly columnOrder: readonly string[];
  readonly timeMode: TimeMode;
  readonly highlights: readonly HighlightRule[];
  readonly columnWidths: Readonly<Record<string, number>>;
  /** How bodies of a service are shown, by service id. */
  readonly bodyFormats: Readonly<Record<string, 'pretty' | 'tree' | 'text' | 'hex' | 'decoded'>>;
  readonly detailPlace: DetailPlace;
  /** Of the last export; null: there was none. */
  readonly transferFormat: TransferFormat | null;
  /** The dock below the page is open. */
  readonly dock: boolean;
  readonly dockView: 'jobs' | 'log';
  readonly savedFilters: readonly SavedFilter[];
  /** Filters that were used, the latest first. */
  readonly recentFilters: readonly string[];
}

/** Columns that are for few. */
export const HIDDEN_AT_FIRST: readonly string[] = ['transport'];

/** Columns that came after version 1 are hidden for those who chose theirs before. */
function hideNewColumns(stored: unknown): Preferences {
  const known = stored as Preferences;
  return { ...known, hiddenColumns: [...new Set([...known.hiddenColumns, ...HIDDEN_AT_FIRST])] };
}

export const usePreferences = create<Preferences>()(
  persist(
    (): Preferences => ({
      theme: 'system',
      chartMinutes: 5,
      hiddenColumns: HIDDEN_AT_FIRST,
      columnOrder: [],
      timeMode: 'clock',
      highlights: [],
      columnWidths: {},
      bodyFormats: {},
      detailPlace: 'right',
      transferFormat: null,
      dock: false,
      dockView: 'jobs',
      savedFilters: [],
      recentFilters: [],
    }),
    { name: 'whub-console', version: 2, migrate: hideNewColumns },
  ),
);

export function cycleTheme(): Theme {
  const { theme } = usePreferences.getState();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  usePreferences.setState({ theme: next });
  return next;
}

/** Where the detail is seen: a narrow window has no room for it beside the list. */
export const shownDetailPlace = (place: DetailPlace, narrow: boolean): DetailPlace =>
  narrow && place === 'right' ? 'below' : place;

/** Moves the detail of an exchange to its next place. @returns where it is seen now */
export function cycleDetailPlace(narrow: boolean): DetailPlace {
  const { detailPlace } = usePreferences.getState();
  const places: readonly DetailPlace[] = narrow ? DETAIL_PLACES.filter((place) => place !== 'below') : DETAIL_PLACES;
  const from = narrow && detailPlace === 'below' ? 'right' : detailPlace;
  const next = places[(places.indexOf(from) + 1) % places.length] ?? 'right';
  usePreferences.setState({ detailPlace: next });
  return shownDetailPlace(next, narrow);
}

export function toggleDock(): void {
  usePreferences.setState(({ dock }) => ({ dock: !dock }));
}
