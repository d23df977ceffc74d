import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TimeBin } from './segment-reader.ts';
import type { Segment } from './segment.ts';
import type { ExchangeStore } from './sorted-query.ts';

/** Rows of the store over time: how many of each span of time went well, failed, or were not recorded. */
export interface OverviewBins {
  /** Wall time of the earliest row. */
  readonly firstMs: number;
  /** Wall time at which the first bin begins. */
  readonly fromMs: number;
  readonly binMs: number;
  readonly ok: number[];
  readonly error: number[];
  readonly dropped: number[];
}

const STEPS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
];
const DAY_MS = 86_400_000;

/** The smallest usual span of time of which `bins` cover `lengthMs`. */
export function binLength(lengthMs: number, bins: number): number {
  const least = lengthMs / bins;
  const step = STEPS.find((seconds) => seconds * 1_000 >= least);
  return step === undefined ? Math.ceil(least / DAY_MS) * DAY_MS : step * 1_000;
}

interface Extent {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Counted {
  readonly binMs: number;
  readonly bins: readonly TimeBin[];
}

/**
 * The whole store as a histogram. Segments that take no rows any more and of which every exchange is over are counted once for a
 * length of bin; the others each time.
 */
export class TrafficOverview {
  readonly #store: ExchangeStore;
  readonly #extents = new WeakMap<Segment, Extent>();
  readonly #counted = new WeakMap<Segment, Counted>();

  constructor(store: ExchangeStore) {
    this.#store = store;
  }

  /**
   * @param bins about how many are wanted
   * @throws the signal's reason when it aborts
   */
  async read(bins: number, signal?: AbortSignal): Promise<OverviewBins> {
    const segments = Array.from(this.#store.segments).filter((segment) => segment.rows > 0);
    const { epoch } = this.#store;
    const isOld = async (): Promise<boolean> => {
      // Rows that somebody looks at come first; and segments may be closed afterwards.
      await nextTurn();
      signal?.throwIfAborted();
      return this.#store.epoch !== epoch || !this.#isThere(segments);
    };
    const extents: Extent[] = [];
    for (const segment of segments) {
      const isKnown = this.#extents.has(segment);
      const extent = this.#extentOf(segment);
      if (extent !== undefined) extents.push(extent);
      if (!isKnown && (await isOld())) return this.read(bins, signal);
    }
    if (extents.length === 0) return { firstMs: 0, fromMs: 0, binMs: 1_000, ok: [], error: [], dropped: [] };
    const fromMs = Math.min(...extents.map((extent) => extent.fromMs));
    const toMs = Math.max(...extents.map((extent) => extent.toMs));
    const binMs = binLength(toMs - fromMs + 1, bins);
    const first = Math.floor(fromMs / binMs);
    const length = Math.floor(toMs / binMs) - first + 1;
    const sums = { ok: zeros(length), error: zeros(length), dropped: zeros(length) };
    for (const segment of segments) {
      for (const { bin, rows, errors, gaps, dropped } of this.#count(segment, binMs)) {
        add(sums.ok, bin - first, rows - errors - gaps);
        add(sums.error, bin - first, errors);
        add(sums.dropped, bin - first, dropped);
      }
      if (await isOld()) return this.read(bins, signal);
    }
    return { firstMs: fromMs, fromMs: first * binMs, binMs, ...sums };
  }

  #isThere(segments: readonly Segment[]): boolean {
    return Array.from(this.#store.segments).some((segment) => segment === segments[0]);
  }

  #isOver(segment: Segment): boolean {
    const isActive = Array.from(this.#store.segments).at(-1) === segment;
    return !isActive && segment.reader.open(segment.firstSeq, segment.lastSeq).length === 0;
  }

  #extentOf(segment: Segment): Extent | undefined {
    const known = this.#extents.get(segment);
    if (known !== undefined) return known;
    const extent = segment.reader.timeExtent();
    if (extent !== undefined && this.#isOver(segment)) this.#extents.set(segment, extent);
    return extent;
  }

  #count(segment: Segment, binMs: number): readonly TimeBin[] {
    const known = this.#counted.get(segment);
    if (known?.binMs === binMs) return known.bins;
    const bins = segment.reader.timeBins(binMs);
    if (this.#isOver(segment)) this.#counted.set(segment, { binMs, bins });
    return bins;
  }
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

function add(counts: number[], place: number, count: number): void {
  // A row that came since the extent was taken lies behind the last bin: the next reading has it.
  if (place >= 0 && place < counts.length) counts[place] = (counts[place] ?? 0) + count;
}
