import { useEffect } from 'react';
import { usePreferences } from '../state/preferences.ts';
import type { Scheme } from './colors.ts';
import { useMediaQuery } from './use-media-query.ts';

/** Sets the chosen theme on the document. @returns what it comes to, for what is drawn on a canvas */
export function useTheme(): Scheme {
  const theme = usePreferences((state) => state.theme);
  const systemDark = useMediaQuery('(prefers-color-scheme: dark)');
  const moreContrast = useMediaQuery('(prefers-contrast: more)') || theme === 'contrast';
  useEffect(() => {
    const { dataset } = document.documentElement;
    // High contrast is light or dark as the system is.
    if (theme === 'system' || theme === 'contrast') delete dataset['theme'];
    else dataset['theme'] = theme;
    if (theme === 'contrast') dataset['contrast'] = 'more';
    else delete dataset['contrast'];
  }, [theme]);
  const scheme = theme === 'light' || theme === 'dark' ? theme : systemDark ? 'dark' : 'light';
  return moreContrast ? `high-${scheme}` : scheme;
}
