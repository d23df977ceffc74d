import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { hubQueries } from '../../state/console.ts';
import { useFeeds } from '../../state/feeds.ts';
import { usePreferences } from '../../state/preferences.ts';
import { Button } from '../../ui/button.tsx';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { ShowSpan } from './chart-span.tsx';
import { Charts } from './charts.tsx';
import { GettingStarted } from './getting-started.tsx';
import { LimitTable } from './limit-table.tsx';
import { Lists } from './lists.tsx';
import { Tiles } from './tiles.tsx';
import styles from './overview.module.css';

const RANGES = [1, 5, 15, 60] as const;
const INFO_MS = 5_000;

function RangePicker() {
  const minutes = usePreferences((state) => state.chartMinutes);
  return (
    <div role="group" aria-label="Range of the charts">
      {RANGES.map((range) => (
        <Button
          key={range}
          small
          variant="ghost"
          aria-pressed={range === minutes}
          title={range === 60 ? 'The last hour' : `The last ${range} min`}
          onClick={() => usePreferences.setState({ chartMinutes: range })}
        >
          {range === 60 ? '1 h' : `${range} m`}
        </Button>
      ))}
    </div>
  );
}

/** Is my hub healthy, and what just broke? */
export function OverviewPage() {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions({ refetchInterval: INFO_MS }));
  const stats = useFeeds((feeds) => feeds.stats);
  const minutes = usePreferences((state) => state.chartMinutes);
  // The key is shown once: it stays until it was copied, though its client may connect meanwhile.
  const [issued, setIssued] = useState<{ readonly client: string; readonly key: string }>();

  return (
    <PageFrame
      title="Overview"
      tools={
        <>
          <Spacer />
          <ShowSpan minutes={minutes} />
          <RangePicker />
        </>
      }
    >
      {info === undefined || stats === undefined ? null : (
        <div className={styles['overview']}>
          <Tiles info={info} stats={stats} />
          {stats.connections === 0 || issued !== undefined ? (
            <GettingStarted info={info} issued={issued} onIssued={setIssued} />
          ) : null}
          <Charts />
          <Lists />
          <LimitTable />
        </div>
      )}
    </PageFrame>
  );
}
