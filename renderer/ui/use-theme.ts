import { useEffect } from 'react';
import { usePreferences } from '../state/preferences.ts';
import { useMediaQuery } from './use-media-query.ts';

/** Sets the chosen theme on the document. @returns what it comes to, for what is drawn on a canvas */
export function useTheme(): 'light' | 'dark' {
  const theme = usePreferences((state) => state.theme);
  const systemDark = useMediaQuery('(prefers-color-scheme: dark)');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  if (theme === 'system') return systemDark ? 'dark' : 'light';
  return theme;
}
