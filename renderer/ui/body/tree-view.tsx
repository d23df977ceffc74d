import { useEffect, useId, useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { cx } from '../cx.ts';
import { listKey, movedIndex } from '../keys.ts';
import { useLineWindow } from '../use-line-window.ts';
import { JsonKind, NONE } from './json-index.ts';
import type { JsonIndex } from './json-index.ts';
import { ancestors, firstOpen, isContainer, keyText, previewOf, treeRows } from './json-tree.ts';
import type { TreeRows } from './json-tree.ts';
import styles from './tree-view.module.css';

const ROW_HEIGHT = 24;
const KIND_STYLES: Readonly<Record<number, string>> = {
  [JsonKind.Object]: 'container',
  [JsonKind.Array]: 'container',
  [JsonKind.String]: 'string',
  [JsonKind.Number]: 'number',
  [JsonKind.Boolean]: 'boolean',
  [JsonKind.Null]: 'null',
};

interface TreeViewProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Of these bytes. */
  readonly index: JsonIndex;
  /** The value chosen; also one that is chosen elsewhere, which is brought into sight. */
  readonly selected: number | undefined;
  readonly onSelect: (node: number) => void;
}

interface RowProps {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly index: JsonIndex;
  readonly rows: TreeRows;
  readonly row: number;
  readonly top: number;
  readonly open: boolean;
  readonly selected: boolean;
  readonly onClick: (node: number, toggle: boolean) => void;
}

function Twisty({ inside, open }: { readonly inside: boolean; readonly open: boolean }) {
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <span className={styles['twisty']} data-toggle={inside || undefined}>
      {inside ? <Arrow size={14} aria-hidden /> : null}
    </span>
  );
}

function Row({ id, bytes, index, rows, row, top, open, selected, onClick }: RowProps) {
  const node = rows.node[row] ?? 0;
  const depth = rows.depth[row] ?? 0;
  const inside = isContainer(index, node);
  const key = keyText(bytes, index, node) ?? (depth === 0 ? '$' : String(rows.place[row]));
  const item = index.key[node] === NONE;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={selected}
      aria-expanded={inside ? open : undefined}
      className={cx(styles['row'], selected && styles['selected'])}
      style={{ top, paddingLeft: 8 + 14 * Math.min(depth, 40) }}
      onClick={(event) => {
        const twisty = event.target instanceof Element && event.target.closest('[data-toggle]') !== null;
        onClick(node, twisty);
      }}
      onDoubleClick={() => onClick(node, true)}
    >
      <Twisty inside={inside} open={open} />
      <span className={cx(styles['key'], item && styles['item'])}>{key}</span>
      <span className={styles['colon']}>:</span>
      <span className={cx(styles['value'], styles[KIND_STYLES[index.kind[node] ?? 0] ?? ''])}>
        {previewOf(bytes, index, node)}
      </span>
    </div>
  );
}

/** What is open; the way to what is chosen elsewhere is opened. */
function useOpen(index: JsonIndex, selected: number | undefined) {
  const [state, setState] = useState({ index, open: firstOpen(index), selected: undefined as number | undefined });
  let current = state;
  if (state.index !== index) current = { index, open: firstOpen(index), selected: undefined };
  if (selected !== undefined && selected !== current.selected) {
    const hidden = ancestors(index, selected).filter((node) => !current.open.has(node));
    current = { index, open: hidden.length === 0 ? current.open : new Set([...current.open, ...hidden]), selected };
  }
  if (current !== state) setState(current);
  const set = (node: number, wanted: boolean): void => {
    if (current.open.has(node) === wanted || !isContainer(index, node)) return;
    const open = new Set(current.open);
    if (wanted) open.add(node);
    else open.delete(node);
    setState({ ...current, open });
  };
  return { open: current.open, set };
}

/** The row of a value. Rows are in the order of their nodes. */
function rowOf({ node, length }: TreeRows, wanted: number | undefined): number {
  if (wanted === undefined) return -1;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((node[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < length && node[low] === wanted ? low : -1;
}

/** JSON as a tree, worked by arrow keys as trees are; of any size, only the rows in sight are in the page. */
export function TreeView({ label, bytes, index, selected, onSelect }: TreeViewProps) {
  const prefix = useId();
  const { open, set } = useOpen(index, selected);
  const rows = useMemo(() => treeRows(index, open), [index, open]);
  const { scroller, height, lines, offsetOf, linesPerPage, reveal } = useLineWindow({
    count: rows.length,
    rowHeight: ROW_HEIGHT,
  });
  const current = rowOf(rows, selected);
  useEffect(() => {
    if (current >= 0) reveal(current);
  }, [current, reveal]);

  const unfold = (node: number): void => {
    if (!open.has(node)) set(node, true);
    else if ((index.next[node] ?? 0) > node + 1) onSelect(node + 1);
  };
  const fold = (node: number): void => {
    const parent = index.parent[node] ?? NONE;
    if (isContainer(index, node) && open.has(node)) set(node, false);
    else if (parent !== NONE) onSelect(parent);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const node = selected ?? 0;
    if (event.key === 'ArrowRight' && isContainer(index, node)) unfold(node);
    else if (event.key === 'ArrowLeft') fold(node);
    else if (event.key === 'Enter' || event.key === ' ') set(node, !open.has(node));
    else {
      const key = listKey(event);
      const next = key && movedIndex(key, { index: current, count: rows.length, rowsPerPage: linesPerPage });
      if (next === undefined) return;
      onSelect(rows.node[next] ?? 0);
    }
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      role="tree"
      aria-label={label}
      tabIndex={0}
      className={styles['tree']}
      aria-activedescendant={current >= 0 && lines.includes(current) ? `${prefix}-${current}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="none" className={styles['content']} style={{ height }}>
        {lines.map((row) => (
          <Row
            key={row}
            id={`${prefix}-${row}`}
            {...{ bytes, index, rows, row }}
            top={offsetOf(row)}
            open={open.has(rows.node[row] ?? 0)}
            selected={row === current}
            onClick={(node, toggle) => {
              onSelect(node);
              if (toggle) set(node, !open.has(node));
            }}
          />
        ))}
      </div>
    </div>
  );
}
