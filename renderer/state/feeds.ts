import { create } from 'zustand';
import type { Watermark } from '../../hub-core/console/contract/capture-contract.ts';
import type { HubStats } from '../../hub-core/console/contract/hub-contract.ts';
import { bridge } from './console.ts';
import { followFeed } from './follow-feed.ts';
import { appendSample } from './sample-ring.ts';

const HISTORY_SECONDS = 3_600;

interface Feeds {
  readonly stats: HubStats | undefined;
  /** One sample a second, oldest first, at most an hour. */
  readonly history: readonly HubStats[];
  readonly watermark: Watermark | undefined;
}

/** The newest values of the two streams that the hub sends by itself. */
export const useFeeds = create<Feeds>()(() => ({ stats: undefined, history: [], watermark: undefined }));

export const setWatermark = (watermark: Watermark): void => useFeeds.setState({ watermark });

/** Follows both streams until `signal` aborts, again after every break. */
export function startFeeds(signal: AbortSignal): void {
  void followFeed({
    open: async () => {
      const history = await bridge.hub.hub.history({ seconds: HISTORY_SECONDS }, { signal });
      useFeeds.setState({ history });
      return bridge.hub.hub.watch(undefined, { signal });
    },
    onValue: (stats) =>
      useFeeds.setState((feeds) => ({ stats, history: appendSample(feeds.history, stats, HISTORY_SECONDS) })),
    signal,
  });
  void followFeed({ open: () => bridge.capture.watch(undefined, { signal }), onValue: setWatermark, signal });
}
