import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { Overview } from '../../../hub-core/console/contract/browse-contract.ts';
import { bridge } from '../../state/console.ts';
import { useFeeds } from '../../state/feeds.ts';
import { withTimes } from '../../state/filter-text.ts';
import { useInspector } from '../../state/inspector.ts';
import { setOverview, useOverview } from '../../state/overview.ts';
import { colorOf } from '../../ui/colors.ts';
import type { Scheme } from '../../ui/colors.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { binAt, movedBrush, spanOf, stripText } from './strip-bins.ts';
import type { Brush } from './strip-bins.ts';
import styles from './inspector.module.css';

const BINS = 200;
const REFRESH_MS = 1_000;
const HEIGHT = 40;

/** Keeps the store's histogram up to date while the page is open: asked for once a second, and only after a change. */
function useOverviewFeed(): void {
  const newest = useFeeds((feeds) => feeds.watermark?.revision);
  const revisionNow = useRef(newest);
  revisionNow.current = newest;
  useEffect(() => {
    const over = new AbortController();
    let asked: number | undefined;
    const ask = async (): Promise<void> => {
      const revision = revisionNow.current;
      if (revision === asked || document.hidden) return;
      setOverview(await bridge.capture.overview({ bins: BINS }, { signal: over.signal }));
      asked = revision;
    };
    const loop = (): void => {
      void ask()
        .catch((error: unknown) => {
          if (!over.signal.aborted) console.warn('The overview of the store could not be read', error);
        })
        .finally(() => {
          if (!over.signal.aborted) timer = window.setTimeout(loop, REFRESH_MS);
        });
    };
    let timer = window.setTimeout(loop, 0);
    return () => {
      over.abort();
      window.clearTimeout(timer);
    };
  }, []);
}

/** Slanted lines: what was not recorded is told apart by more than its colour. */
function hatch(context: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = 4;
  tile.height = 4;
  const pen = tile.getContext('2d');
  if (pen === null) return color;
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.moveTo(-1, 5);
  pen.lineTo(5, -1);
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? color;
}

function draw(canvas: HTMLCanvasElement, overview: Overview, theme: Scheme): void {
  const scale = window.devicePixelRatio;
  const { clientWidth: width } = canvas;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  const { ok, error, dropped } = overview;
  const most = ok.reduce((max, count, bin) => Math.max(max, count + (error[bin] ?? 0) + (dropped[bin] ?? 0)), 1);
  const layers = [
    { counts: error, fill: colorOf('chart-2', theme) },
    { counts: ok, fill: colorOf('chart-1', theme) },
    { counts: dropped, fill: hatch(context, colorOf('chart-4', theme)) },
  ];
  const step = width / ok.length;
  for (let bin = 0; bin < ok.length; bin += 1) {
    let bottom = HEIGHT;
    for (const { counts, fill } of layers) {
      const count = counts[bin] ?? 0;
      if (count === 0) continue;
      // The fewest are seen, too.
      const height = Math.max(2, (count / most) * (HEIGHT - 4));
      context.fillStyle = fill;
      context.fillRect(bin * step, bottom - height, Math.max(1, step - 1), height);
      bottom -= height;
    }
  }
}

function useBrush(overview: Overview) {
  const [brush, setBrush] = useState<Brush>();
  const count = overview.ok.length;
  const apply = (applied: Brush | undefined): void => {
    if (applied === undefined) return;
    const { fromMs, toMs } = spanOf(applied, overview);
    useInspector.setState(({ filter }) => ({ filter: withTimes(filter, fromMs, toMs) }));
    setBrush(undefined);
  };
  const binOf = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return binAt(event.clientX - left, width, count);
  };
  return {
    brush,
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const bin = binOf(event);
      setBrush({ anchor: bin, head: bin });
    },
    onPointerMove(event: PointerEvent<HTMLElement>): void {
      if (!event.currentTarget.hasPointerCapture(event.pointerId) || brush === undefined) return;
      setBrush({ ...brush, head: binOf(event) });
    },
    onPointerUp: (): void => apply(brush),
    onKeyDown(event: KeyboardEvent): void {
      const step = { ArrowRight: 1, ArrowLeft: -1, End: count, Home: -count }[event.key];
      if (step !== undefined) setBrush(movedBrush(brush, step, { count, extend: event.shiftKey }));
      else if (event.key === 'Enter') apply(brush);
      else if (event.key === 'Escape') setBrush(undefined);
      else return;
      event.preventDefault();
    },
  };
}

function Strip({ overview }: { readonly overview: Overview }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const { brush, ...handlers } = useBrush(overview);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    draw(element, overview, theme);
    const resizes = new ResizeObserver(() => draw(element, overview, theme));
    resizes.observe(element);
    return () => resizes.disconnect();
  }, [overview, theme]);
  const count = overview.ok.length;
  const [first, last] =
    brush === undefined ? [0, 0] : [Math.min(brush.anchor, brush.head), Math.max(brush.anchor, brush.head)];
  const text = stripText(overview, brush);
  return (
    <div
      className={styles['strip']}
      role="slider"
      tabIndex={0}
      aria-label="Traffic over time: arrows choose a time, with Shift a span, Enter filters"
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={brush?.head ?? count - 1}
      aria-valuetext={text}
      title={text}
      {...handlers}
    >
      <canvas ref={canvas} aria-hidden />
      {brush === undefined ? null : (
        <span
          className={styles['brush']}
          style={{ left: `${String((first / count) * 100)}%`, width: `${String(((last - first + 1) / count) * 100)}%` }}
        />
      )}
    </div>
  );
}

/** The whole store over time; a span of it that is dragged out becomes the filter's. */
export function OverviewStrip() {
  useOverviewFeed();
  const overview = useOverview((state) => state.overview);
  if (overview === undefined || overview.ok.length === 0) return <div className={styles['strip']} />;
  return <Strip overview={overview} />;
}
