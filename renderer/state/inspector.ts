import { create } from 'zustand';
import type { RowSort } from '../../hub-core/console/contract/browse-contract.ts';

const NO_ROWS: ReadonlySet<number> = new Set();

/** A custom column that is being put together, or changed. */
export interface ColumnDraft {
  /** Of the column that is changed. */
  readonly id?: string;
  readonly name: string;
  readonly path: string;
  readonly side: 'request' | 'reply';
}

export const EMPTY_COLUMN: ColumnDraft = { name: '', path: '$.', side: 'request' };

/** Which rows the inspector shows, and which one is open. Shared, so that other pages can point at rows. */
export interface InspectorState {
  readonly filter: string;
  /** A text to put into the filter bar and go on typing, once. */
  readonly startedFilter: string | null;
  readonly follow: boolean;
  /** null: in order of arrival, live; else a snapshot. */
  readonly sort: RowSort | null;
  /** Grows when the snapshot shall be taken anew. */
  readonly sortGeneration: number;
  readonly selectedSeq: number | null;
  /** Rows that are chosen together, the selected one among them; empty while it is the only one. */
  readonly chosen: ReadonlySet<number>;
  /** Grows with each selection, also with one whose rows the store is still asked for. */
  readonly selections: number;
  readonly detailOpen: boolean;
  /** The detail takes the focus as soon as it is read, unless the focus leaves the list before. */
  readonly enteringDetail: boolean;
  /** The selected rows are being commented. */
  readonly noting: boolean;
  /** The filter that a highlight rule begins with; null: the rules are not open. */
  readonly highlighting: string | null;
  /** The dialog of custom columns is open, and its form begins with that. */
  readonly columnDraft: ColumnDraft | null;
  /** The menu of the forms that the open request can be copied in. */
  readonly copying: boolean;
  /** Which rows the export that is being set up begins with; null: none is. */
  readonly exporting: 'chosen' | 'all' | null;
  /** A glance at the selected row lies over the list. */
  readonly peeking: boolean;
  /** The row that is being sent again many times. */
  readonly resending: number | null;
  /** A row that the list shall bring into sight, once. */
  readonly revealSeq: number | null;
}

export const useInspector = create<InspectorState>()(() => ({
  filter: '',
  startedFilter: null,
  follow: true,
  sort: null,
  sortGeneration: 0,
  selectedSeq: null,
  chosen: NO_ROWS,
  selections: 0,
  detailOpen: false,
  enteringDetail: false,
  noting: false,
  highlighting: null,
  columnDraft: null,
  copying: false,
  exporting: null,
  peeking: false,
  resending: null,
  revealSeq: null,
}));

/** Opens the row with that sequence number in the inspector. */
export function showExchange(seq: number): void {
  useInspector.setState(({ selections }) => ({
    filter: '',
    sort: null,
    selectedSeq: seq,
    chosen: NO_ROWS,
    selections: selections + 1,
    detailOpen: true,
    follow: false,
    revealSeq: seq,
  }));
}

/** Shows the rows that match, from the newest on. */
export function showRows(filter: string): void {
  useInspector.setState(({ selections }) => ({
    filter,
    sort: null,
    follow: true,
    selectedSeq: null,
    chosen: NO_ROWS,
    selections: selections + 1,
    detailOpen: false,
    revealSeq: null,
  }));
}

/** Puts a text behind the filter that is there, with the cursor behind it. */
export function startFilter(text: string): void {
  const { filter } = useInspector.getState();
  useInspector.setState({ startedFilter: filter === '' ? text : `${filter} ${text}` });
}

/** Selects one row, and follows the end no more. */
export function selectRow(seq: number, change: { readonly open?: boolean } = {}): void {
  useInspector.setState(({ detailOpen, selections }) => ({
    selectedSeq: seq,
    chosen: NO_ROWS,
    selections: selections + 1,
    detailOpen: change.open ?? detailOpen,
    enteringDetail: false,
    follow: false,
  }));
}

/** Chooses rows beside the one that is selected. */
export function chooseRows(seqs: Iterable<number>, selectedSeq: number): void {
  const chosen = new Set(seqs);
  useInspector.setState(({ selections }) => ({
    selectedSeq,
    chosen: chosen.size > 1 ? chosen : NO_ROWS,
    selections: selections + 1,
    follow: false,
  }));
}

/** Begins a selection whose rows the store is asked for. @returns whether nothing else was selected since */
export function beginSelection(): () => boolean {
  useInspector.setState((state) => ({ selections: state.selections + 1 }));
  const { selections, selectedSeq } = useInspector.getState();
  return () => {
    const now = useInspector.getState();
    return now.selections === selections && now.selectedSeq === selectedSeq;
  };
}

/** Adds a row to those that are chosen, or takes it away. */
export function toggleRow(seq: number): void {
  const { selectedSeq, chosen } = useInspector.getState();
  const next = new Set(chosen.size > 0 || selectedSeq === null ? chosen : [selectedSeq]);
  if (!next.delete(seq)) next.add(seq);
  chooseRows(next, seq);
}

/** The rows that an action is for: those chosen, or the selected one. */
export function actedOn(): readonly number[] {
  const { selectedSeq, chosen } = useInspector.getState();
  if (chosen.size > 0) return [...chosen].toSorted((one, other) => one - other);
  return selectedSeq === null ? [] : [selectedSeq];
}

/** Sorts by a column: up, then down, then by arrival again. */
export function sortBy(column: RowSort['column']): void {
  useInspector.setState(({ sort }) => {
    const next =
      sort?.column !== column ? { column, descending: false } : sort.descending ? null : { column, descending: true };
    return { sort: next, follow: false };
  });
}

/** Takes the snapshot of a sorted list anew. */
export function refreshSort(): void {
  useInspector.setState(({ sortGeneration }) => ({ sortGeneration: sortGeneration + 1 }));
}
