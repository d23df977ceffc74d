import { useQuery } from '@tanstack/react-query';
import { CircleQuestionMark, Contrast, Monitor, Moon, Search, Sun } from 'lucide-react';
import { hubQueries } from '../../state/console.ts';
import { usePanels } from '../../state/panels.ts';
import { cycleTheme, THEME_NAMES, usePreferences } from '../../state/preferences.ts';
import { IconButton } from '../../ui/button.tsx';
import { keyHint } from '../../ui/keys.ts';
import icon from '../../icon.svg';
import styles from './title-bar.module.css';

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon, contrast: Contrast } as const;

export function TitleBar() {
  const theme = usePreferences((state) => state.theme);
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <header className={styles['bar']}>
      <div className={styles['name']}>
        <img src={icon} alt="" width={16} height={16} />
        WHub Console
        <span className={styles['hub']}>{info === undefined ? '' : `${info.name} · ${info.version}`}</span>
      </div>
      <button type="button" className={styles['search']} onClick={() => usePanels.setState({ palette: true })}>
        <Search size={14} aria-hidden />
        Search or run…
        <kbd>{keyHint('palette')}</kbd>
      </button>
      <div className={styles['tools']}>
        <IconButton
          label={`Theme: ${THEME_NAMES[theme]} (${keyHint('theme')})`}
          icon={<ThemeIcon size={16} aria-hidden />}
          onClick={cycleTheme}
        />
        <IconButton
          label={`Keys and help (${keyHint('help')})`}
          icon={<CircleQuestionMark size={16} aria-hidden />}
          onClick={() => usePanels.setState({ help: true })}
        />
      </div>
    </header>
  );
}
