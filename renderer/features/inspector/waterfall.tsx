import { memo, useLayoutEffect, useRef } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { exchangeStatus } from '../../ui/exchange-status.ts';
import { colorOf } from '../../ui/colors.ts';
import type { Scheme } from '../../ui/colors.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { waterfallSpan } from './waterfall-span.ts';
import styles from './exchange-grid.module.css';

interface WaterfallProps {
  readonly rows: readonly (ExchangeRow | undefined)[];
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly rowHeight: number;
}

const BAR_COLORS = {
  ok: 'chart-1',
  warn: 'chart-4',
  error: 'chart-2',
  info: 'chart-6',
  pending: 'chart-5',
  muted: 'chart-7',
} as const;
const PADDING = 8;
const BAR = 8;

function draw(canvas: HTMLCanvasElement, { rows, width, rowHeight }: WaterfallProps, theme: Scheme): void {
  const scale = window.devicePixelRatio;
  const height = rows.length * rowHeight;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  const span = waterfallSpan(rows);
  if (context === null || span === undefined) return;
  context.scale(scale, scale);
  const perMs = (width - 2 * PADDING) / span.lengthMs;
  rows.forEach((row, index) => {
    if (row === undefined) return;
    const { tone } = exchangeStatus(row);
    const x = PADDING + (row.atMs - span.startMs) * perMs;
    const length = row.durationMs === null ? width - PADDING - x : row.durationMs * perMs;
    context.fillStyle = colorOf(BAR_COLORS[tone], theme);
    context.globalAlpha = row.durationMs === null ? 0.4 : 1;
    context.fillRect(x, index * rowHeight + (rowHeight - BAR) / 2, Math.max(2, length), BAR);
  });
}

function WaterfallView(props: WaterfallProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (canvas.current !== null) draw(canvas.current, props, theme);
  });
  const { rows, top, left, width, rowHeight } = props;
  return (
    <canvas
      ref={canvas}
      aria-hidden
      className={styles['waterfall']}
      style={{ top, left, width, height: rows.length * rowHeight }}
    />
  );
}

const PLACE_PROPS = ['top', 'left', 'width', 'rowHeight'] as const;

const sameRows = (before: WaterfallProps['rows'], after: WaterfallProps['rows']): boolean =>
  before.length === after.length && before.every((row, index) => row === after[index]);

/** When each of the rows in sight ran, as bars on one time axis: one canvas for all of them. */
export const Waterfall = memo(
  WaterfallView,
  (before, after) => PLACE_PROPS.every((name) => before[name] === after[name]) && sameRows(before.rows, after.rows),
);
