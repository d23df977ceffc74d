import { useMemo } from 'react';
import type { HubStats } from '../../../hub-core/console/contract/hub-contract.ts';
import { useFeeds } from '../../state/feeds.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useChartSpan } from './chart-span.tsx';
import { Chart } from '../../ui/chart.tsx';
import type { ChartSeries } from '../../ui/chart.tsx';
import { formatBytes, formatMs, formatRate } from '../../ui/format.ts';
import styles from './overview.module.css';

type SeriesPlan = Omit<ChartSeries, 'values'> & { readonly pick: (stats: HubStats) => number | null };

interface ChartPlan {
  readonly title: string;
  readonly series: readonly SeriesPlan[];
}

const perSecond = (value: number): string => `${formatRate(value)}/s`;

/** Bytes, on the axis at the right. */
const memory = (label: string, plan: Pick<SeriesPlan, 'color' | 'dash' | 'pick'>): SeriesPlan => ({
  ...plan,
  label,
  format: formatBytes,
  right: true,
});

const PLANS: readonly ChartPlan[] = [
  {
    title: 'Throughput',
    series: [
      { label: 'requests', color: 'chart-1', format: perSecond, pick: (stats) => stats.requestsPerSec },
      { label: 'replies', color: 'chart-3', dash: [4, 3], format: perSecond, pick: (stats) => stats.repliesPerSec },
    ],
  },
  {
    title: 'Latency',
    series: [
      { label: 'p50', color: 'chart-3', format: formatMs, pick: (stats) => stats.latencyP50Ms },
      { label: 'p95', color: 'chart-4', dash: [6, 3], format: formatMs, pick: (stats) => stats.latencyP95Ms },
      { label: 'p99', color: 'chart-5', dash: [2, 2], format: formatMs, pick: (stats) => stats.latencyP99Ms },
    ],
  },
  {
    title: 'Errors and load',
    series: [
      { label: 'errors', color: 'chart-2', format: perSecond, pick: (stats) => stats.errorsPerSec },
      {
        label: 'in flight',
        color: 'chart-1',
        dash: [4, 3],
        format: formatRate,
        right: true,
        pick: (stats) => stats.inFlight,
      },
      {
        label: 'queued',
        color: 'chart-7',
        dash: [2, 2],
        format: formatRate,
        right: true,
        pick: (stats) => stats.queued,
      },
    ],
  },
  {
    title: 'Hub process',
    series: [
      { label: 'loop delay', color: 'chart-4', format: formatMs, pick: (stats) => stats.eventLoopDelayMs },
      memory('process', { color: 'chart-6', dash: [6, 3], pick: (stats) => stats.rssBytes }),
      memory('hub heap', { color: 'chart-1', dash: [2, 2], pick: (stats) => stats.heapUsedBytes }),
      memory('store heap', { color: 'chart-3', dash: [4, 3], pick: (stats) => stats.storeHeapUsedBytes }),
      memory('store buffers', { color: 'chart-7', dash: [1, 3], pick: (stats) => stats.storeExternalBytes }),
    ],
  },
];

const chooseSpan = (from: number, to: number): void =>
  useChartSpan.setState({ span: { fromMs: from * 1000, toMs: to * 1000 } });

/** The last minutes, a chart for each question, all with the same cursor and range. */
export function Charts() {
  const history = useFeeds((feeds) => feeds.history);
  const minutes = usePreferences((state) => state.chartMinutes);
  const toSecond = (history.at(-1)?.atMs ?? Date.now()) / 1000;
  const fromSecond = toSecond - minutes * 60;
  const shown = useMemo(() => history.filter((sample) => sample.atMs / 1000 >= fromSecond), [history, fromSecond]);
  const seconds = useMemo(() => shown.map((sample) => sample.atMs / 1000), [shown]);
  return (
    <div className={styles['charts']}>
      {PLANS.map((plan) => (
        <Chart
          key={plan.title}
          title={plan.title}
          seconds={seconds}
          fromSecond={fromSecond}
          toSecond={toSecond}
          onSpan={chooseSpan}
          series={plan.series.map(({ pick, ...series }) => ({ ...series, values: shown.map(pick) }))}
        />
      ))}
    </div>
  );
}
