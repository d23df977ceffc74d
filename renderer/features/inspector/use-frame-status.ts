import { useEffect } from 'react';
import type { FrameStatus } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';
import { followFeed } from '../../state/follow-feed.ts';
import { useFrames } from '../../state/frames.ts';

/** Where the frames of the store stand, kept up to date while it is asked for; undefined until it is known. */
export function useFrameStatus(): FrameStatus | undefined {
  useEffect(() => {
    const shown = new AbortController();
    void followFeed({
      open: () => bridge.capture.frames.watch(undefined, { signal: shown.signal }),
      onValue: (status) => useFrames.setState({ status }),
      signal: shown.signal,
    });
    return () => shown.abort();
  }, []);
  return useFrames((frames) => frames.status);
}
