import { create } from 'zustand';

interface CompareState {
  /** A row that was chosen to be compared with others. */
  readonly chosenSeq: number | null;
  /** The two that are compared now, the earlier first. */
  readonly pair: readonly [before: number, after: number] | null;
}

export const useCompare = create<CompareState>()(() => ({ chosenSeq: null, pair: null }));

/** Shows what differs between two rows. */
export function compareRows(one: number, other: number): void {
  useCompare.setState({ pair: [Math.min(one, other), Math.max(one, other)] });
}
