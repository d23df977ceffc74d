import type { CaptureState } from '../../hub-core/console/contract/capture-contract.ts';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { setWatermark, useFeeds } from './feeds.ts';

const report = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

export async function setCaptureState(state: CaptureState): Promise<void> {
  await bridge.capture.setState({ state }).then(setWatermark, report('Cannot change the recording'));
}

/** Records when paused, pauses otherwise. */
export async function toggleRecording(): Promise<void> {
  const paused = useFeeds.getState().watermark?.state === 'paused';
  await setCaptureState(paused ? 'recording' : 'paused');
}

/** Drops every captured row. */
export async function clearCapture(): Promise<void> {
  await bridge.capture.clear().then((watermark) => {
    setWatermark(watermark);
    toast({ title: 'Capture cleared' });
  }, report('Cannot clear the capture'));
}
