import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';
import { shownCustomColumns } from '../../state/custom-columns.ts';
import { withTerm } from '../../state/filter-text.ts';
import { actedOn, beginSelection, chooseRows, toggleRow, useInspector } from '../../state/inspector.ts';
import { copyText } from '../../ui/clipboard.ts';
import { errorText, formatCount, plural } from '../../ui/format.ts';
import type { RowKeyId } from '../../ui/keys.ts';
import { toast } from '../../ui/toasts.ts';
import { columnsText } from './column-text.ts';
import type { ExchangeList } from './exchange-list.ts';
import { askForSelection, RowJumps } from './late-selection.ts';
import { hideTerm, summaryLine } from './row-text.ts';

/** Most rows that are chosen together: as many as one export takes by number. */
export const MAX_CHOSEN = 10_000;

const MARKS = 6;

const report = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

export interface RowNote {
  readonly mark?: number;
  readonly comment?: string;
  readonly tags?: string[];
}

/** Marks, comments or tags rows, and shows them so. */
export async function annotateRows(list: ExchangeList, seqs: readonly number[], note: RowNote): Promise<void> {
  try {
    for (const seq of seqs) await bridge.capture.annotate({ seq, ...note });
  } catch (error) {
    report('Cannot annotate')(error);
  }
  list.invalidate();
}

/** Marks all rows that are acted on as the selected one; the mark that it has already is taken away. */
export function markRows(list: ExchangeList, row: ExchangeRow, mark: number): void {
  void annotateRows(list, actedOn(), { mark: row.mark === mark ? 0 : mark });
}

/** Narrows the list by a term; Undo brings the filter back. */
export function narrow(term: string): void {
  const { filter } = useInspector.getState();
  useInspector.setState({ filter: withTerm(filter, term) });
}

function hideLike(row: ExchangeRow): void {
  const { filter } = useInspector.getState();
  narrow(hideTerm(row));
  const undo = (): void => useInspector.setState({ filter });
  toast({ title: `Rows like #${String(row.seq)} are hidden`, action: { label: 'Undo', run: undo } });
}

const jumps = new RowJumps(bridge.capture);

/** Goes to the next row of the list that also matches, or to the one before. */
export async function jumpTo(
  list: ExchangeList,
  matching: string,
  { back }: { readonly back: boolean },
): Promise<void> {
  try {
    const isThere = await jumps.jump(list, { matching, back });
    if (!isThere) toast({ title: `No ${back ? 'earlier' : 'later'} row of this list matches ${matching}` });
  } catch (error) {
    report('Cannot look for the next row')(error);
  }
}

/** Sequence numbers of the rows at some places; at most as many as can be chosen. */
async function seqsAt(queryId: string, from: number, end: number): Promise<readonly number[]> {
  if (end <= from) return [];
  const { seqs } = await bridge.capture.seqs({ queryId, from, count: Math.min(end - from, MAX_CHOSEN) });
  return seqs;
}

/** Chooses the rows between two places, both with them; `seq` is the one that keys move. */
export async function chooseRange(
  list: ExchangeList,
  { from, to }: { readonly from: number; readonly to: number },
  seq: number,
): Promise<void> {
  try {
    const [first, end] = [Math.min(from, to), Math.max(from, to) + 1];
    const seqs = await askForSelection(list, (queryId) => seqsAt(queryId, first, end), beginSelection());
    if (seqs !== undefined) chooseRows(seqs, seq);
  } catch (error) {
    report('Cannot select the rows')(error);
  }
}

async function chooseAll(list: ExchangeList): Promise<void> {
  const { count = 0 } = list.state();
  try {
    const seqs = await askForSelection(list, (queryId) => seqsAt(queryId, 0, count), beginSelection());
    const first = seqs?.[0];
    if (seqs === undefined || first === undefined) return;
    chooseRows(seqs, useInspector.getState().selectedSeq ?? first);
    if (count > seqs.length)
      toast({ title: `The first ${formatCount(seqs.length)} rows are selected: more cannot be at once` });
  } catch (error) {
    report('Cannot select the rows')(error);
  }
}

/** Copies a line about each of the rows. */
export async function copySummaries(seqs: readonly number[]): Promise<void> {
  const lines: string[] = [];
  const columns = shownCustomColumns();
  try {
    for (const seq of seqs) {
      const detail = await bridge.capture.exchange({ seq });
      if (detail !== null) lines.push(`${summaryLine(detail.row)}${columnsText(detail.row, columns)}`);
    }
  } catch (error) {
    report('Cannot copy')(error);
    return;
  }
  if (await copyText(lines.join('\n'), 'summary')) toast({ title: `${plural(lines.length, 'line')} copied` });
}

/** What a key does to the rows; `row` is the one that is selected. */
export function actOnRows(
  key: RowKeyId,
  { list, row }: { readonly list: ExchangeList; readonly row: ExchangeRow | undefined },
): void {
  if (key === 'row-next-error' || key === 'row-previous-error') {
    void jumpTo(list, 'status:error', { back: key === 'row-previous-error' });
  } else if (key === 'row-all') void chooseAll(list);
  else if (row === undefined) return;
  else if (key === 'row-copy-as') useInspector.setState({ detailOpen: true, copying: true });
  else if (key === 'row-choose') toggleRow(row.seq);
  else if (key === 'row-copy') void copySummaries(actedOn());
  else if (key === 'row-hide') hideLike(row);
  else if (key === 'row-comment') useInspector.setState({ noting: true });
  else if (key === 'row-mark') markRows(list, row, (row.mark + 1) % (MARKS + 1));
  else markRows(list, row, Number(key.slice(-1)));
}
