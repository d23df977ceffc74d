import type { CaptureState } from '../../hub-core/console/contract/capture-contract.ts';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { setWatermark, useFeeds } from './feeds.ts';

const report = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

export async function setCaptureState(state: CaptureState): Promise<void> {
  await bridge.capture.setState({ state }).then(setWatermark, report('Cannot change the recording'));
}

/** True when nothing new is recorded. */
export const isPaused = (state: CaptureState | undefined): boolean => state === 'paused' || state === 'off';

/** Records when paused, pauses otherwise. */
export async function toggleRecording(): Promise<void> {
  const paused = isPaused(useFeeds.getState().watermark?.state);
  await setCaptureState(paused ? 'recording' : 'paused');
}

/** Brings back what was cleared last. */
export async function undoClear(): Promise<void> {
  await bridge.capture.undoClear().then(setWatermark, report('Cannot bring the capture back'));
}

/** Takes every captured row away; for a while that can be undone. */
export async function clearCapture(): Promise<void> {
  await bridge.capture.clear().then((watermark) => {
    setWatermark(watermark);
    toast({ title: 'Capture cleared', action: { label: 'Undo', run: () => void undoClear() } });
  }, report('Cannot clear the capture'));
}
