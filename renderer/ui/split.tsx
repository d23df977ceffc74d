import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { NARROW } from './narrow.ts';
import { useMediaQuery } from './use-media-query.ts';
import styles from './split.module.css';

interface SplitProps {
  /** Names the remembered layout. */
  readonly id: string;
  readonly list: ReactNode;
  readonly listLabel: string;
  /** Absent = the list has the whole place. */
  readonly detail?: ReactNode;
  readonly detailLabel: string;
  /** Share of the detail in percent before anyone dragged. */
  readonly detailSize?: number;
  /** The detail is below the list in a wide window, too. */
  readonly below?: boolean;
}

/** A list and its detail: side by side, one above the other in a narrow window. */
export function Split({ id, list, listLabel, detail, detailLabel, detailSize = 42, below = false }: SplitProps) {
  const narrow = useMediaQuery(NARROW);
  const direction = narrow || below ? 'vertical' : 'horizontal';
  const panelIds = detail === undefined ? ['list'] : ['list', 'detail'];
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `whub-${id}-${direction}`,
    panelIds,
    storage: window.localStorage,
    onlySaveAfterUserInteractions: true,
  });
  return (
    <Group
      key={direction}
      className={styles['group']}
      orientation={direction}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
    >
      <Panel id="list" minSize="25">
        <div className={styles['panel']} role="region" aria-label={listLabel} data-pane tabIndex={-1}>
          {list}
        </div>
      </Panel>
      {detail === undefined ? null : (
        <>
          <Separator className={styles['separator']} aria-label={`Resize ${detailLabel}`} />
          <Panel id="detail" minSize="20" defaultSize={String(detailSize)}>
            <div className={styles['panel']} role="region" aria-label={detailLabel} data-pane tabIndex={-1}>
              {detail}
            </div>
          </Panel>
        </>
      )}
    </Group>
  );
}
