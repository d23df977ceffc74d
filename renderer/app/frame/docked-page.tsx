import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { usePreferences } from '../../state/preferences.ts';
import { Dock } from './dock.tsx';
import styles from './dock.module.css';

/** The page, and below it the dock when it is open. */
export function DockedPage({ children }: { readonly children: ReactNode }) {
  const dock = usePreferences((preferences) => preferences.dock);
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: 'whub-dock',
    panelIds: dock ? ['page', 'dock'] : ['page'],
    storage: window.localStorage,
    onlySaveAfterUserInteractions: true,
  });
  return (
    <Group
      className={styles['group']}
      orientation="vertical"
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
    >
      <Panel id="page" minSize="30">
        <div className={styles['page']} data-pane tabIndex={-1}>
          {children}
        </div>
      </Panel>
      {dock ? (
        <>
          <Separator className={styles['separator']} aria-label="Resize the dock" />
          <Panel id="dock" minSize="12" defaultSize="26">
            <Dock />
          </Panel>
        </>
      ) : null}
    </Group>
  );
}
