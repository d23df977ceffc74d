import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout, useGroupRef } from 'react-resizable-panels';
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
  const hasDetail = detail !== undefined;
  const panelIds = hasDetail ? ['list', 'detail'] : ['list'];
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `whub-${id}-${direction}`,
    panelIds,
    storage: window.localStorage,
    onlySaveAfterUserInteractions: true,
  });
  const group = useGroupRef();
  const laidOut = useRef(direction);
  // Instead of another group, whose list and detail would begin anew: each direction has sizes of its own.
  useLayoutEffect(() => {
    if (laidOut.current === direction) return;
    laidOut.current = direction;
    if (hasDetail) group.current?.setLayout(defaultLayout ?? { list: 100 - detailSize, detail: detailSize });
  }, [direction, hasDetail, defaultLayout, detailSize, group]);
  return (
    <Group
      groupRef={group}
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
      {hasDetail ? (
        <>
          <Separator className={styles['separator']} aria-label={`Resize ${detailLabel}`} />
          <Panel id="detail" minSize="20" defaultSize={String(detailSize)}>
            <div className={styles['panel']} role="region" aria-label={detailLabel} data-pane tabIndex={-1}>
              {detail}
            </div>
          </Panel>
        </>
      ) : null}
    </Group>
  );
}
