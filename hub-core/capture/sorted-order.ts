import { setImmediate as nextTurn } from 'node:timers/promises';

/** About what a few milliseconds sort or merge. */
const RUN = 16_384;
const MERGED_AT_ONCE = 131_072;

/** Below 0 when the key at the first place goes before the one at the other; 0 when they are equal. */
export type ComparePlaces = (one: number, other: number) => number;

/**
 * The places of `keys` in ascending or descending order of key; equal keys stay in their order. In pieces, so that the thread
 * stays free in between.
 *
 * @throws the signal's reason when it aborts
 */
export function sortedOrder(
  keys: Float64Array,
  { descending, signal }: { readonly descending: boolean; readonly signal?: AbortSignal | undefined },
): Promise<Uint32Array> {
  const sign = descending ? -1 : 1;
  return sortedPlaces(keys.length, (one, other) => sign * ((keys[one] ?? 0) - (keys[other] ?? 0)), signal);
}

/**
 * The places from 0 to `count` in the order of `compareKeys`, as {@link sortedOrder}.
 *
 * @throws the signal's reason when it aborts
 * @see Knuth, "The Art of Computer Programming", volume 3, 5.2.4: bottom-up merge sort
 */
export async function sortedPlaces(
  count: number,
  compareKeys: ComparePlaces,
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const compare: ComparePlaces = (one, other) => compareKeys(one, other) || one - other;
  let order = Uint32Array.from({ length: count }, (_, place) => place);
  for (let start = 0; start < order.length; start += RUN) {
    order.subarray(start, start + RUN).sort(compare);
    await pause(signal);
  }
  let target = new Uint32Array(order.length);
  for (let width = RUN; width < order.length; width *= 2) {
    let merged = 0;
    for (let start = 0; start < order.length; start += 2 * width) {
      merge({ order, target, compare }, start, width);
      merged += 2 * width;
      if (merged >= MERGED_AT_ONCE) {
        await pause(signal);
        merged = 0;
      }
    }
    [order, target] = [target, order];
  }
  return order;
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}

interface Merging {
  readonly order: Uint32Array;
  readonly target: Uint32Array;
  readonly compare: ComparePlaces;
}

/** Merges the two runs of `width` from `start` on. */
function merge({ order, target, compare }: Merging, start: number, width: number): void {
  const middle = Math.min(start + width, order.length);
  const end = Math.min(start + 2 * width, order.length);
  let [left, right] = [start, middle];
  for (let at = start; at < end; at += 1) {
    const [one = 0, other = 0] = [order[left], order[right]];
    const takesLeft = left < middle && (right >= end || compare(one, other) <= 0);
    target[at] = takesLeft ? one : other;
    if (takesLeft) left += 1;
    else right += 1;
  }
}
