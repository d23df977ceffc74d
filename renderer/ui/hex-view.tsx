import { useCallback, useEffect, useReducer, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { ByteSource } from './body/byte-source.ts';
import { BYTES_PER_LINE, hexCharacter, hexColumn, hexLine, hexLineCount } from './hex.ts';
import { useLineWindow } from './use-line-window.ts';
import styles from './hex-view.module.css';

const LINE_HEIGHT = 18;
/** Of a line whose bytes are on their way. */
const AWAITED = { hex: '·· '.repeat(8) + ' ' + '·· '.repeat(7) + '··', text: '' };

/** Bytes `start` … `end - 1`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

interface HexViewProps {
  readonly label: string;
  readonly source: ByteSource;
  /** Marked, and brought into sight when it changes. */
  readonly selection?: ByteSpan | undefined;
  /** Told of the byte that a person points at. */
  readonly onPoint?: ((offset: number) => void) | undefined;
}

/** Makes the page draw again when bytes came. */
function useArrivals(source: ByteSource): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => source.subscribe(again), [source]);
}

/** The columns of a line that a span marks; none = undefined. */
function marked(line: number, span: ByteSpan | undefined): readonly [first: number, end: number] | undefined {
  if (span === undefined) return undefined;
  const start = line * BYTES_PER_LINE;
  const first = Math.max(0, span.start - start);
  const end = Math.min(BYTES_PER_LINE, span.end - start);
  return first < end ? [first, end] : undefined;
}

function Marked({ text, from, to }: { readonly text: string; readonly from: number; readonly to: number }) {
  return (
    <>
      {text.slice(0, from)}
      <mark className={styles['mark']}>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}

interface LineProps {
  readonly line: number;
  readonly top: number;
  readonly bytes: Uint8Array | undefined;
  readonly mark: readonly [first: number, end: number] | undefined;
}

function Line({ line, top, bytes, mark }: LineProps) {
  const { offset, hex, text } = hexLine(bytes ?? new Uint8Array(), line * BYTES_PER_LINE);
  const shown = bytes === undefined ? AWAITED : { hex, text };
  return (
    <div className={styles['line']} style={{ top }} data-line={line}>
      <span className={styles['offset']}>{offset}</span>
      <span className={styles['hex']} data-hex>
        {mark === undefined ? (
          shown.hex
        ) : (
          <Marked text={shown.hex} from={hexCharacter(mark[0])} to={hexCharacter(mark[1] - 1) + 2} />
        )}
      </span>
      <span className={styles['text']} data-text>
        {mark === undefined ? shown.text : <Marked text={shown.text} from={mark[0]} to={mark[1]} />}
      </span>
    </div>
  );
}

/** The byte under the pointer. */
function pointedByte(event: MouseEvent): number | undefined {
  if (!(event.target instanceof Element)) return undefined;
  const line = event.target.closest<HTMLElement>('[data-line]');
  const part = event.target.closest<HTMLElement>('[data-hex], [data-text]');
  if (line === null || part === null) return undefined;
  const { left, width } = part.getBoundingClientRect();
  const length = part.textContent.length;
  if (width === 0 || length === 0) return undefined;
  const character = Math.floor(((event.clientX - left) * length) / width);
  const column = part.hasAttribute('data-hex') ? hexColumn(character) : character;
  return Number(line.dataset['line']) * BYTES_PER_LINE + column;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -BYTES_PER_LINE,
  ArrowDown: BYTES_PER_LINE,
};

/** Where a key leads from a byte; undefined for any other key. */
function movedByte(key: string, from: number, { length, page }: { readonly length: number; readonly page: number }) {
  const step = STEPS[key] ?? { PageUp: -page, PageDown: page }[key];
  if (step !== undefined) return Math.max(0, Math.min(length - 1, from + step));
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : undefined;
}

/**
 * Bytes as offset, hex and text; only the lines in sight are in the page, and only their bytes need to be there. Arrow keys move
 * over the bytes, Home and End to the first and the last.
 */
export function HexView({ label, source, selection, onPoint }: HexViewProps) {
  const count = hexLineCount(source.length);
  const { scroller, height, lines, offsetOf, linesPerPage, reveal } = useLineWindow({ count, rowHeight: LINE_HEIGHT });
  const [cursor, setCursor] = useState<number>();
  useArrivals(source);
  const start = selection?.start;
  useEffect(() => {
    if (start !== undefined) reveal(Math.floor(start / BYTES_PER_LINE));
  }, [start, reveal]);

  const point = useCallback(
    (offset: number): void => {
      if (offset < 0 || offset >= source.length) return;
      setCursor(offset);
      reveal(Math.floor(offset / BYTES_PER_LINE));
      onPoint?.(offset);
    },
    [source, reveal, onPoint],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = linesPerPage * BYTES_PER_LINE;
    const next = movedByte(event.key, cursor ?? start ?? 0, { length: source.length, page });
    if (next === undefined) return;
    event.preventDefault();
    point(next);
  };
  const span = selection ?? (cursor === undefined ? undefined : { start: cursor, end: cursor + 1 });
  const byte = cursor === undefined ? undefined : byteAt(source, cursor);
  return (
    <div className={styles['view']}>
      <div
        ref={scroller}
        className={styles['scroller']}
        role="region"
        aria-label={label}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const offset = pointedByte(event);
          if (offset !== undefined) point(offset);
        }}
      >
        <div className={styles['body']} style={{ height }}>
          {lines.map((line) => (
            <Line
              key={line}
              line={line}
              top={offsetOf(line)}
              bytes={source.read(line * BYTES_PER_LINE, BYTES_PER_LINE)}
              mark={marked(line, span)}
            />
          ))}
        </div>
      </div>
      <p className={styles['status']} role="status" aria-label={`Place in the ${label.toLowerCase()}`}>
        {source.error === undefined ? place(cursor, byte) : source.error.message}
      </p>
    </div>
  );
}

function byteAt(source: ByteSource, offset: number): number | undefined {
  const line = offset - (offset % BYTES_PER_LINE);
  return source.read(line, BYTES_PER_LINE)?.[offset - line];
}

function place(cursor: number | undefined, byte: number | undefined): string {
  if (cursor === undefined) return 'Arrow keys or a click choose a byte';
  const value = byte === undefined ? '' : `: ${byte.toString(16).padStart(2, '0')} = ${byte}`;
  return `Byte ${cursor} (0x${cursor.toString(16)})${value}`;
}
