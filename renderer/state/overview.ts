import { create } from 'zustand';
import type { Overview } from '../../hub-core/console/contract/browse-contract.ts';

interface OverviewState {
  readonly overview: Overview | undefined;
  /** Wall time of the store's earliest row. */
  readonly firstMs: number | undefined;
}

/** The store over time, as it was counted last. */
export const useOverview = create<OverviewState>()(() => ({ overview: undefined, firstMs: undefined }));

export function setOverview(overview: Overview): void {
  useOverview.setState({ overview, firstMs: overview.ok.length === 0 ? undefined : overview.firstMs });
}
