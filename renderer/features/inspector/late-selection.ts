import { beginSelection, selectRow, useInspector } from '../../state/inspector.ts';

/** What a selection is about; undefined while nothing is shown. */
interface Shown {
  readonly queryId: string | undefined;
}

/** The part of the store that knows the next row. */
interface StepStore {
  step(input: {
    readonly queryId: string;
    readonly back: boolean;
    readonly matching: string;
    readonly seq?: number;
  }): Promise<{ readonly seq: number } | null>;
}

export interface Jump {
  /** What the row has to match beside the list's own filter. */
  readonly matching: string;
  readonly back: boolean;
}

/**
 * Asks the store for what a person selects in the rows that are shown.
 *
 * @param isNewest false once something else was selected
 * @returns undefined when the answer, or the failure, is of no interest any more: other rows are selected or shown by then
 */
export async function askForSelection<T>(
  list: Shown,
  ask: (queryId: string) => Promise<T>,
  isNewest: () => boolean,
): Promise<T | undefined> {
  const { queryId } = list;
  if (queryId === undefined || !isNewest()) return undefined;
  const isWanted = (): boolean => isNewest() && list.queryId === queryId;
  try {
    const answer = await ask(queryId);
    return isWanted() ? answer : undefined;
  } catch (error) {
    if (isWanted()) throw error;
    return undefined;
  }
}

/** Jumps that follow each other, with nothing selected between them by other means. */
interface Series {
  isNewest: () => boolean;
  last: Promise<unknown>;
}

/** Jumps from row to row. One that is asked for before the last has led anywhere begins where that one leads. */
export class RowJumps {
  readonly #store: StepStore;
  #series: Series | undefined;

  constructor(store: StepStore) {
    this.#store = store;
  }

  /** @returns false when the list has no such row */
  jump(list: Shown, jump: Jump): Promise<boolean> {
    const series =
      this.#series?.isNewest() === true ? this.#series : { isNewest: beginSelection(), last: Promise.resolve() };
    this.#series = series;
    const jumped = this.#jumpAfter(series.last, series, { list, jump });
    series.last = jumped;
    return jumped;
  }

  async #jumpAfter(last: Promise<unknown>, series: Series, step: { list: Shown; jump: Jump }): Promise<boolean> {
    // Whoever asked for the last was told of its failure.
    await last.catch(() => {});
    return this.#step(step.list, step.jump, series);
  }

  async #step(list: Shown, { matching, back }: Jump, series: Series): Promise<boolean> {
    const { selectedSeq } = useInspector.getState();
    const from = selectedSeq === null ? {} : { seq: selectedSeq };
    const found = await askForSelection(
      list,
      (queryId) => this.#store.step({ queryId, back, matching, ...from }),
      series.isNewest,
    );
    if (found === null) return false;
    if (found === undefined) return true;
    selectRow(found.seq);
    useInspector.setState({ revealSeq: found.seq });
    series.isNewest = beginSelection();
    return true;
  }
}
