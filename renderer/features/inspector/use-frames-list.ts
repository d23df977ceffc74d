import { useEffect, useState, useSyncExternalStore } from 'react';
import { bridge } from '../../state/console.ts';
import { followFeed } from '../../state/follow-feed.ts';
import { useFrames } from '../../state/frames.ts';
import { FramesList } from './frames-list.ts';
import type { FramesState } from './frames-list.ts';

/** The frames that match `filter`, kept up to date while they are shown. */
export function useFramesList(filter: string): { readonly list: FramesList; readonly state: FramesState } {
  const [list, setList] = useState(() => new FramesList(bridge.capture.frames));
  const status = useFrames((frames) => frames.status);

  useEffect(() => {
    // React may run an effect twice: a list that was disposed is not used again.
    const fresh = new FramesList(bridge.capture.frames);
    setList(fresh);
    const shown = new AbortController();
    void followFeed({
      open: () => bridge.capture.frames.watch(undefined, { signal: shown.signal }),
      onValue: (next) => useFrames.setState({ status: next }),
      signal: shown.signal,
    });
    return () => {
      shown.abort();
      fresh.dispose();
    };
  }, []);
  useEffect(() => {
    if (status !== undefined) list.setStatus(status);
  }, [list, status]);
  useEffect(() => list.setFilter(filter), [list, filter]);

  return { list, state: useSyncExternalStore(list.subscribe, list.state) };
}
