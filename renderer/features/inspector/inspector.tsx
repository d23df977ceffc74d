import { useFrames } from '../../state/frames.ts';
import { FramesPage } from './frames-page.tsx';
import { InspectorPage } from './inspector-page.tsx';

/** What passes the hub, in either of two views. */
export function Inspector() {
  const view = useFrames((frames) => frames.view);
  return view === 'frames' ? <FramesPage /> : <InspectorPage />;
}
