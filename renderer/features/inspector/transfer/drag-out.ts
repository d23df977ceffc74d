import type { DragEvent } from 'react';
import { rangesOf } from '../../../../hub-core/common/transfer/seq-ranges.ts';
import { transferFileName } from '../../../../hub-core/common/transfer/transfer-format.ts';
import { bridge } from '../../../state/console.ts';
import { actedOn } from '../../../state/inspector.ts';
import { usePreferences } from '../../../state/preferences.ts';
import { errorText } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';

/** What an address takes; who drags more exports them. */
const MAX_RANGES_CHARACTERS = 4_096;

let isOwn = false;
window.addEventListener('pointerdown', () => (isOwn = false), { capture: true });

/** Whether what is dragged over the page came out of it. */
export const isOwnDrag = (): boolean => isOwn;

/** The desktop app writes the file and takes the drag over, unless the button is let go of before. */
async function handToApp(seqs: readonly number[]): Promise<void> {
  const released = new AbortController();
  window.addEventListener('pointerup', () => released.abort(), { once: true, signal: released.signal });
  const { signal } = released;
  try {
    const format = usePreferences.getState().transferFormat ?? 'whub';
    await bridge.desktop?.dragOut({ seqs: [...seqs], format }, { signal });
  } catch (error) {
    if (!signal.aborted) toast({ title: 'Cannot drag', description: errorText(error), tone: 'error' });
  }
}

/** Gives the rows that are acted on to whatever they are dropped on, as a file, masked as an export is at first. */
export function dragRowsOut(event: DragEvent): void {
  const seqs = actedOn();
  const ranges = rangesOf(seqs);
  if (seqs.length === 0 || ranges.length > MAX_RANGES_CHARACTERS) {
    event.preventDefault();
    if (seqs.length > 0) toast({ title: 'Too many rows to drag', description: 'Export writes any number to a file.' });
    return;
  }
  isOwn = true;
  if (bridge.desktop !== undefined) {
    event.preventDefault();
    void handToApp(seqs);
    return;
  }
  const format = usePreferences.getState().transferFormat ?? 'whub';
  const url = new URL(`/console/export/${ranges}.${format}`, window.location.href).href;
  const name = transferFileName(format, Date.now());
  event.dataTransfer.effectAllowed = 'copy';
  event.dataTransfer.setData('DownloadURL', `application/octet-stream:${name}:${url}`);
}
