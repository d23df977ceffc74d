import { decodeLeniently } from '../bytes.ts';
import { formatBytes, plural } from '../format.ts';
import { firstByte, JsonKind, NONE, stringEnd } from './json-index.ts';
import type { JsonIndex } from './json-index.ts';

/** Rows of a tree that is partly open, as columns. */
export interface TreeRows {
  readonly length: number;
  readonly node: Uint32Array;
  readonly depth: Uint16Array;
  /** Place among its siblings, from 0. */
  readonly place: Uint32Array;
}

/** Trees of at most that many values are open at first. */
const OPEN_ALL = 300;
/** Longer texts are cut in a row; they are copied whole. */
const PREVIEW_BYTES = 240;

export const isContainer = (index: JsonIndex, node: number): boolean =>
  index.kind[node] === JsonKind.Object || index.kind[node] === JsonKind.Array;

/** Which values are open before anybody opened one. */
export function firstOpen(index: JsonIndex): ReadonlySet<number> {
  const open = new Set<number>();
  const all = index.count <= OPEN_ALL;
  for (let node = 0; node < (all ? index.count : 1); node += 1) if (isContainer(index, node)) open.add(node);
  return open;
}

/** The values that are seen when those in `open` are open. */
export function treeRows(index: JsonIndex, open: ReadonlySet<number>): TreeRows {
  let capacity = Math.min(index.count, 1_024);
  let rows = { node: new Uint32Array(capacity), depth: new Uint16Array(capacity), place: new Uint32Array(capacity) };
  let length = 0;
  const ends: number[] = [];
  const places: number[] = [];
  for (let node = 0; node < index.count;) {
    while (ends.length > 0 && node >= (ends.at(-1) ?? 0)) {
      ends.pop();
      places.pop();
    }
    if (length === capacity) {
      capacity *= 2;
      rows = grown(rows, capacity);
    }
    const depth = ends.length;
    const place = depth === 0 ? 0 : (places[depth - 1] ?? 0);
    if (depth > 0) places[depth - 1] = place + 1;
    rows.node[length] = node;
    rows.depth[length] = depth;
    rows.place[length] = place;
    length += 1;
    const behind = index.next[node] ?? index.count;
    if (open.has(node) && behind > node + 1) {
      ends.push(behind);
      places.push(0);
      node += 1;
    } else node = behind;
  }
  return { length, ...rows };
}

function grown(rows: Omit<TreeRows, 'length'>, capacity: number) {
  const node = new Uint32Array(capacity);
  const depth = new Uint16Array(capacity);
  const place = new Uint32Array(capacity);
  node.set(rows.node);
  depth.set(rows.depth);
  place.set(rows.place);
  return { node, depth, place };
}

/** All that must be open for a value to be seen. */
export function ancestors(index: JsonIndex, node: number): readonly number[] {
  const found: number[] = [];
  for (let at = index.parent[node] ?? NONE; at !== NONE; at = index.parent[at] ?? NONE) found.push(at);
  return found;
}

export function childCount(index: JsonIndex, node: number): number {
  const behind = index.next[node] ?? 0;
  let count = 0;
  for (let child = node + 1; child < behind; child = index.next[child] ?? behind) count += 1;
  return count;
}

/** The bytes of a value, as far as they are there. */
export function spanOf(index: JsonIndex, node: number, length: number): { start: number; end: number } {
  return { start: index.start[node] ?? 0, end: Math.min(index.end[node] ?? 0, length) };
}

/** A value as it was written. */
export function valueText(bytes: Uint8Array, index: JsonIndex, node: number): string {
  const { start, end } = spanOf(index, node, bytes.length);
  return decodeLeniently(bytes.subarray(start, end));
}

/** A member's key without its quotes; undefined for the root and for items. */
export function keyText(bytes: Uint8Array, index: JsonIndex, node: number): string | undefined {
  if ((index.key[node] ?? NONE) === NONE) return undefined;
  const start = firstByte(index, node);
  const text = decodeLeniently(bytes.subarray(start, stringEnd(bytes, start)));
  try {
    return JSON.parse(text) as string;
  } catch {
    // Cut off, or with bytes that are no text: as it stands.
    return text.slice(1, -1);
  }
}

/** What a row says of a value. */
export function previewOf(bytes: Uint8Array, index: JsonIndex, node: number): string {
  const { start, end } = spanOf(index, node, bytes.length);
  const kind = index.kind[node];
  if (kind === JsonKind.Object) return `{ ${plural(childCount(index, node), 'member')} }`;
  if (kind === JsonKind.Array) return `[ ${plural(childCount(index, node), 'item')} ]`;
  if (end - start <= PREVIEW_BYTES) return decodeLeniently(bytes.subarray(start, end));
  return `${decodeLeniently(bytes.subarray(start, start + PREVIEW_BYTES))}… ${formatBytes(end - start)}`;
}

const PLAIN_NAME = /^[^\s.[\]()"'=!<>,*\\]+$/;

/** Where a value stands, in the filter language's paths: `$.order["a b"][0]`. */
export function pathOf(bytes: Uint8Array, index: JsonIndex, node: number): string {
  const steps = [node, ...ancestors(index, node)].toReversed().slice(1);
  return `$${steps.map((each) => stepOf(bytes, index, each)).join('')}`;
}

function stepOf(bytes: Uint8Array, index: JsonIndex, node: number): string {
  const key = keyText(bytes, index, node);
  if (key === undefined) return `[${placeOf(index, node)}]`;
  return PLAIN_NAME.test(key) ? `.${key}` : `[${quoted(key)}]`;
}

function placeOf(index: JsonIndex, node: number): number {
  let place = 0;
  for (let sibling = (index.parent[node] ?? 0) + 1; sibling < node; sibling = index.next[sibling] ?? node) place += 1;
  return place;
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** The filter that finds exchanges with the same value at the same place; of an object or list, with anything there. */
export function filterOf(bytes: Uint8Array, index: JsonIndex, node: number): string {
  const path = `json:${pathOf(bytes, index, node)}`;
  if (isContainer(index, node)) return path;
  const text = valueText(bytes, index, node);
  if (index.kind[node] !== JsonKind.String) return `${path}=${text}`;
  try {
    return `${path}=${quoted(JSON.parse(text) as string)}`;
  } catch {
    return path;
  }
}
