import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';
import { showFrames, useFrames } from '../../state/frames.ts';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import { pairOf } from './frame-text.ts';
import type { FramesList } from './frames-list.ts';
import { readExchangeFrames } from './read-exchange-frames.ts';

/** Goes to the other frame of the same exchange; one that the filter hides is offered. @returns it, when the list has it */
export async function jumpToPair(list: FramesList, frame: FrameRow): Promise<FrameRow | undefined> {
  const { exchange } = frame;
  const { queryId } = list;
  if (exchange === null || queryId === undefined) {
    toast({ title: 'This frame belongs to no exchange that is recorded' });
    return undefined;
  }
  try {
    const pair = pairOf(frame, (await readExchangeFrames(exchange)).frames);
    if (pair === undefined) {
      toast({ title: `No other frame of #${exchange} is recorded` });
      return undefined;
    }
    const { place } = await bridge.capture.frames.place({ queryId, number: pair.number });
    if (place === null) {
      const run = (): void => showFrames(`id:${exchange}`);
      toast({ title: `The filter hides frame ${pair.number}`, action: { label: `Frames of #${exchange}`, run } });
      return undefined;
    }
    useFrames.setState({ selected: pair.number, follow: false, revealPlace: place });
    return pair;
  } catch (error) {
    toast({ title: 'Cannot look for the other frame', description: errorText(error), tone: 'error' });
    return undefined;
  }
}
