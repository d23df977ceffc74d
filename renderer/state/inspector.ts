import { create } from 'zustand';

/** Which rows the inspector shows, and which one is open. Shared, so that other pages can point at rows. */
interface InspectorState {
  readonly filter: string;
  /** A text to put into the filter bar and go on typing, once. */
  readonly startedFilter: string | null;
  readonly follow: boolean;
  readonly selectedSeq: number | null;
  readonly detailOpen: boolean;
  /** A row that the list shall bring into sight, once. */
  readonly revealSeq: number | null;
}

export const useInspector = create<InspectorState>()(() => ({
  filter: '',
  startedFilter: null,
  follow: true,
  selectedSeq: null,
  detailOpen: false,
  revealSeq: null,
}));

/** Opens the row with that sequence number in the inspector. */
export function showExchange(seq: number): void {
  useInspector.setState({ filter: '', selectedSeq: seq, detailOpen: true, follow: false, revealSeq: seq });
}

/** Shows the rows that match, from the newest on. */
export function showRows(filter: string): void {
  useInspector.setState({ filter, follow: true, selectedSeq: null, detailOpen: false, revealSeq: null });
}

/** Puts a text behind the filter that is there, with the cursor behind it. */
export function startFilter(text: string): void {
  const { filter } = useInspector.getState();
  useInspector.setState({ startedFilter: filter === '' ? text : `${filter} ${text}` });
}
