import { showView, useFrames } from '../../state/frames.ts';
import type { InspectorView } from '../../state/frames.ts';
import { Button } from '../../ui/button.tsx';

const VIEWS: readonly (readonly [view: InspectorView, name: string])[] = [
  ['exchanges', 'Exchanges'],
  ['frames', 'Frames'],
];

/** Requests with their answers, or everything in wire order. */
export function ViewSwitch() {
  const shown = useFrames(({ view }) => view);
  return (
    <div role="group" aria-label="View">
      {VIEWS.map(([view, name]) => (
        <Button key={view} small variant="ghost" aria-pressed={shown === view} onClick={() => showView(view)}>
          {name}
        </Button>
      ))}
    </div>
  );
}
