import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ChartLine, Table2 } from 'lucide-react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { IconButton } from './button.tsx';
import { colorOf } from './colors.ts';
import type { ColorName, Scheme } from './colors.ts';
import { formatClock } from './format.ts';
import { useTheme } from './use-theme.ts';
import styles from './chart.module.css';

export interface ChartSeries {
  readonly label: string;
  readonly color: ColorName;
  /** Told apart by more than colour. */
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
  /** On an axis of its own at the right. */
  readonly right?: boolean;
}

interface ChartProps {
  readonly title: string;
  /** Wall seconds, ascending. */
  readonly seconds: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly fromSecond: number;
  readonly toSecond: number;
  /** Told of a span that is dragged out, in wall seconds. */
  readonly onSpan?: (fromSecond: number, toSecond: number) => void;
}

const HEIGHT = 128;
const FONT = '11px system-ui, sans-serif';
const TABLE_ROWS = 60;
const cursors = uPlot.sync('whub-charts');

function plainAxis(theme: Scheme): uPlot.Axis {
  return {
    stroke: colorOf('text-muted', theme),
    grid: { stroke: colorOf('surface-sunken', theme), width: 1 },
    ticks: { show: false },
    font: FONT,
  };
}

// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the package declares this enum without shipping it
const RIGHT_SIDE = 1 as uPlot.Axis.Side;

function valueAxis(theme: Scheme, { format, right }: ChartSeries): uPlot.Axis {
  const axis = { ...plainAxis(theme), size: 56, values: (_: uPlot, splits: number[]) => splits.map(format) };
  return right === true
    ? { ...axis, scale: 'right', side: RIGHT_SIDE, grid: { show: false } }
    : { ...axis, scale: 'y' };
}

const clockLabel = (second: number): string => formatClock(second * 1000).slice(0, second % 60 === 0 ? 5 : 8);

// Nothing but zeros gets a scale to one, so that its labels are numbers and not a row of zeros.
const fromZero = (_: uPlot, __: number, max: number | null): [number, number] => [
  0,
  (max ?? 0) > 0 ? Number(max) * 1.1 : 1,
];

/** Narrower is a click. */
const LEAST_SPAN_PX = 4;

function options(
  { series, onSpan }: Pick<ChartProps, 'series' | 'onSpan'>,
  theme: Scheme,
  width: number,
): uPlot.Options {
  const left = series.find((entry) => entry.right !== true);
  const right = series.find((entry) => entry.right === true);
  return {
    width,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: cursors.key },
      drag: { x: onSpan !== undefined, y: false, setScale: false },
      points: { size: 5 },
    },
    hooks: {
      setSelect: [
        (chart) => {
          const { left: start, width: span } = chart.select;
          if (span >= LEAST_SPAN_PX) onSpan?.(chart.posToVal(start, 'x'), chart.posToVal(start + span, 'x'));
        },
      ],
    },
    scales: {
      x: { time: true },
      y: { range: fromZero },
      ...(right === undefined ? {} : { right: { range: fromZero } }),
    },
    axes: [
      { ...plainAxis(theme), size: 24, space: 64, values: (_, splits) => splits.map(clockLabel) },
      ...(left === undefined ? [] : [valueAxis(theme, left)]),
      ...(right === undefined ? [] : [valueAxis(theme, right)]),
    ],
    series: [
      {},
      ...series.map((entry) => ({
        label: entry.label,
        scale: entry.right === true ? 'right' : 'y',
        stroke: colorOf(entry.color, theme),
        width: 1.5,
        points: { show: false },
        ...(entry.dash === undefined ? {} : { dash: [...entry.dash] }),
      })),
    ],
  };
}

function usePlot(props: ChartProps, shown: boolean) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const latest = useRef(props);
  latest.current = props;
  const shape = props.series.map((entry) => `${entry.label}${entry.color}`).join();

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null || !shown) return;
    const chart = new uPlot(options(latest.current, theme, element.clientWidth), undefined, element);
    plot.current = chart;
    draw(chart, latest.current);
    const resizes = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resizes.observe(element);
    return () => {
      resizes.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [theme, shown, shape]);

  useEffect(() => {
    if (plot.current !== null) draw(plot.current, props);
  }, [props, shown]);
  return host;
}

function draw(chart: uPlot, { seconds, series, fromSecond, toSecond }: ChartProps): void {
  chart.batch(() => {
    chart.setData([[...seconds], ...series.map((entry) => [...entry.values])], false);
    chart.setScale('x', { min: fromSecond, max: toSecond });
  });
}

const latestText = (entry: ChartSeries): string => {
  const value = entry.values.at(-1);
  return value === undefined || value === null ? '–' : entry.format(value);
};

function ChartTable({ title, seconds, series }: ChartProps) {
  const first = Math.max(0, seconds.length - TABLE_ROWS);
  return (
    <div className={styles['table']} tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map((entry) => (
              <th key={entry.label} scope="col">
                {entry.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {seconds
            .slice(first)
            .map((second, offset) => (
              <tr key={second}>
                <td>{formatClock(second * 1000).slice(0, 8)}</td>
                {series.map((entry) => {
                  const value = entry.values[first + offset];
                  return <td key={entry.label}>{value === undefined || value === null ? '–' : entry.format(value)}</td>;
                })}
              </tr>
            ))
            .toReversed()}
        </tbody>
      </table>
    </div>
  );
}

/** Lines over time on a canvas, with their newest values as text and all of them as a table on demand. */
export function Chart(props: ChartProps) {
  const { title, series } = props;
  const [asTable, setAsTable] = useState(false);
  const theme = useTheme();
  const host = usePlot(props, !asTable);
  const summary = series.map((entry) => `${entry.label} ${latestText(entry)}`).join(', ');
  return (
    <figure className={styles['chart']} aria-label={`${title}: ${summary}`}>
      <figcaption className={styles['head']}>
        <span className={styles['title']}>{title}</span>
        <ul className={styles['legend']}>
          {series.map((entry) => (
            <li key={entry.label}>
              <svg className={styles['dash']} aria-hidden viewBox="0 0 16 2">
                <line
                  x1="0"
                  y1="1"
                  x2="16"
                  y2="1"
                  strokeWidth="2"
                  stroke={colorOf(entry.color, theme)}
                  strokeDasharray={entry.dash?.join(' ')}
                />
              </svg>
              {entry.label} <strong>{latestText(entry)}</strong>
            </li>
          ))}
        </ul>
        <IconButton
          small
          aria-pressed={asTable}
          label={asTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
          icon={asTable ? <ChartLine size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
          onClick={() => setAsTable(!asTable)}
        />
      </figcaption>
      {asTable ? <ChartTable {...props} /> : <div className={styles['plot']} ref={host} aria-hidden />}
    </figure>
  );
}
