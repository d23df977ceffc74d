import type { FrameRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';
import { showFrames, useFrames } from '../../state/frames.ts';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import { pairOf } from './frame-text.ts';
import type { FramesList } from './frames-list.ts';
import { askForSelection } from './late-selection.ts';
import { readExchangeFrames } from './read-exchange-frames.ts';

/** Goes to the other frame of the same exchange; one that the filter hides is offered. @returns it, when the list has it */
export async function jumpToPair(list: FramesList, frame: FrameRow): Promise<FrameRow | undefined> {
  const { exchange } = frame;
  if (exchange === null || list.queryId === undefined) {
    toast({ title: 'This frame belongs to no exchange that is recorded' });
    return undefined;
  }
  const { selected } = useFrames.getState();
  const isNewest = (): boolean => useFrames.getState().selected === selected;
  const look = async (queryId: string) => {
    const pair = pairOf(frame, (await readExchangeFrames(exchange)).frames);
    if (pair === undefined) return { pair, place: null };
    const { place } = await bridge.capture.frames.place({ queryId, number: pair.number });
    return { pair, place };
  };
  try {
    const found = await askForSelection(list, look, isNewest);
    if (found === undefined) return undefined;
    const { pair, place } = found;
    if (pair === undefined) {
      toast({ title: `No other frame of #${exchange} is recorded` });
      return undefined;
    }
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
