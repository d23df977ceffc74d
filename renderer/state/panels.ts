import { create } from 'zustand';

/** Dialogs of the frame that commands open from anywhere. */
interface Panels {
  readonly palette: boolean;
  readonly help: boolean;
  readonly clearCapture: boolean;
}

export const usePanels = create<Panels>()(() => ({ palette: false, help: false, clearCapture: false }));
