import { useEffect, useState, useSyncExternalStore } from 'react';
import { bridge } from '../../state/console.ts';
import { FramesList } from './frames-list.ts';
import type { FramesState } from './frames-list.ts';
import { useFrameStatus } from './use-frame-status.ts';

/** The frames that match `filter`, kept up to date while they are shown. */
export function useFramesList(filter: string): { readonly list: FramesList; readonly state: FramesState } {
  const [list, setList] = useState(() => new FramesList(bridge.capture.frames));
  const status = useFrameStatus();

  useEffect(() => {
    // React may run an effect twice: a list that was disposed is not used again.
    if (list.isDisposed) setList(new FramesList(bridge.capture.frames));
    return () => list.dispose();
  }, [list]);
  useEffect(() => {
    if (status !== undefined) list.setStatus(status);
  }, [list, status]);
  useEffect(() => list.setFilter(filter), [list, filter]);

  return { list, state: useSyncExternalStore(list.subscribe, list.state) };
}
