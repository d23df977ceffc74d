import { create } from 'zustand';
import type { FrameStatus } from '../../hub-core/console/contract/capture-contract.ts';
import { bridge } from './console.ts';
import { showExchange } from './inspector.ts';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';

export type InspectorView = 'exchanges' | 'frames';

/** What the list of frames shows, and whether it is shown instead of the exchanges. */
interface FramesState {
  readonly view: InspectorView;
  readonly filter: string;
  readonly follow: boolean;
  /** Number of the frame. */
  readonly selected: number | null;
  /** Place of a frame that shall be brought into sight, once. */
  readonly revealPlace: number | null;
  /** Where the store stands; undefined until it is known. */
  readonly status: FrameStatus | undefined;
}

export const useFrames = create<FramesState>()(() => ({
  view: 'exchanges',
  filter: '',
  follow: true,
  selected: null,
  revealPlace: null,
  status: undefined,
}));

export const showView = (view: InspectorView): void => useFrames.setState({ view });

/** Shows the frames that match, from the first on. */
export function showFrames(filter: string): void {
  useFrames.setState({ view: 'frames', filter, follow: false, selected: null });
}

/** Switches the recording of frames. */
export async function recordFrames(recording: boolean): Promise<void> {
  try {
    useFrames.setState({ status: await bridge.capture.frames.setRecording({ recording }) });
  } catch (error) {
    toast({ title: 'Frames cannot be switched', description: errorText(error), tone: 'error' });
  }
}

/** Shows the exchange that a frame belongs to. */
export function showExchangeOf(exchange: number): void {
  showExchange(exchange);
  showView('exchanges');
}
