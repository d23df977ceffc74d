import { z } from 'zod';
import { useInspector } from './inspector.ts';
import { startJournal } from './journal.ts';
import type { JournalOptions } from './journal.ts';
import { goTo, PAGES, usePage } from './pages.ts';

const KEY = 'place';

const placeSchema = z.strictObject({
  page: z.enum(PAGES),
  filter: z.string().max(4096),
  selectedSeq: z.int().min(1).nullable(),
  detailOpen: z.boolean(),
});
type Place = z.infer<typeof placeSchema>;

function currentPlace(): Place {
  const { filter, selectedSeq, detailOpen } = useInspector.getState();
  return { page: usePage.getState().page, filter, selectedSeq, detailOpen };
}

function parse(text: string | null): Place | undefined {
  if (text === null) return undefined;
  try {
    return placeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function restore({ page, filter, selectedSeq, detailOpen }: Place): void {
  useInspector.setState({ filter, selectedSeq, detailOpen, follow: selectedSeq === null, revealSeq: selectedSeq });
  // An address that names a page was asked for.
  if (window.location.hash !== '') return;
  usePage.setState({ page });
  goTo(page);
}

/** Brings the page, the filter and the open row back that were shown when the console ended, and writes each change of them down. */
export function keepPlace({ storage, ...journal }: JournalOptions): void {
  const kept = parse(storage.getItem(KEY));
  if (kept !== undefined) restore(kept);
  let written = JSON.stringify(currentPlace());
  const changed = startJournal(journal, () => {
    written = JSON.stringify(currentPlace());
    storage.setItem(KEY, written);
  });
  const look = (): void => {
    if (JSON.stringify(currentPlace()) !== written) changed();
  };
  const stops = [usePage.subscribe(look), useInspector.subscribe(look)];
  journal.signal.addEventListener('abort', () => stops.forEach((stop) => stop()), { once: true });
}
