import { create } from 'zustand';
import type { CustomColumn } from '../../hub-core/console/contract/columns-contract.ts';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { followFeed } from './follow-feed.ts';
import { useInspector } from './inspector.ts';
import { usePreferences } from './preferences.ts';

export type ColumnWish = Pick<CustomColumn, 'name' | 'path' | 'side'>;
export type DefinedColumn = Pick<CustomColumn, 'id' | keyof ColumnWish>;

interface CustomColumns {
  /** As the store has them, the same for every console. */
  readonly columns: readonly CustomColumn[];
  /** The same without how far the store has come with them: another object only when one of them is another. */
  readonly defined: readonly DefinedColumn[];
  /** Grows whenever rows may have other values. */
  readonly generation: number;
}

export const useCustomColumns = create<CustomColumns>()(() => ({ columns: [], defined: [], generation: 0 }));

/** What is wrong with a column that was wished for. */
export interface ColumnProblem {
  /** null: it is about none of the fields. */
  readonly field: string | null;
  readonly message: string;
}

/** The column of the list that shows a custom column, and what the list is sorted by when it is clicked. */
export const listColumnId = (id: string): `custom:${string}` => `custom:${id}`;

const report = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

function problemOf(error: unknown): ColumnProblem {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
  const field = typeof data === 'object' && data !== null && 'field' in data ? data.field : null;
  return { field: typeof field === 'string' ? field : null, message: errorText(error) };
}

/** @returns what is wrong with it, if something is */
export async function addColumn(wish: ColumnWish): Promise<ColumnProblem | undefined> {
  return bridge.capture.columns.add(wish).then(() => undefined, problemOf);
}

/** @returns what is wrong with it, if something is */
export async function changeColumn(id: string, wish: ColumnWish): Promise<ColumnProblem | undefined> {
  return bridge.capture.columns.change({ id, ...wish }).then(() => undefined, problemOf);
}

/** Makes a column what it was before a change. */
export async function revertColumn({ id, name, path, side }: DefinedColumn): Promise<void> {
  const problem = await changeColumn(id, { name, path, side });
  if (problem !== undefined)
    toast({ title: `Cannot bring the column “${name}” back`, description: problem.message, tone: 'error' });
}

/** Removes a column for every console; Undo brings it back with its values. */
export async function removeColumn({ id, name }: CustomColumn): Promise<void> {
  try {
    await bridge.capture.columns.remove({ id });
  } catch (error) {
    report(`Cannot remove the column “${name}”`)(error);
    return;
  }
  const run = (): void => {
    bridge.capture.columns.restore({ id }).catch(report(`Cannot bring the column “${name}” back`));
  };
  toast({ title: `Column “${name}” removed`, action: { label: 'Undo', run } });
}

/** Goes on with looking at earlier rows. */
export function fillColumn({ id, name }: CustomColumn): void {
  bridge.capture.columns.resume({ id }).catch(report(`Cannot fill the column “${name}”`));
}

const definitionOf = ({ id, name, path, side }: CustomColumn): DefinedColumn => ({ id, name, path, side });

function show({ columns, generation }: Omit<CustomColumns, 'defined'>): void {
  const defined = columns.map(definitionOf);
  const before = useCustomColumns.getState().defined;
  const isSame = JSON.stringify(defined) === JSON.stringify(before);
  useCustomColumns.setState({ columns, generation, defined: isSame ? before : defined });
  const { sort } = useInspector.getState();
  const isKnown = columns.some(({ id }) => sort?.column === listColumnId(id));
  if (sort?.column.startsWith('custom:') === true && !isKnown) useInspector.setState({ sort: null });
}

/** Those that the list shows. */
export function shownCustomColumns(): readonly DefinedColumn[] {
  const { hiddenColumns } = usePreferences.getState();
  return useCustomColumns.getState().defined.filter(({ id }) => !hiddenColumns.includes(listColumnId(id)));
}

/** Follows the store's columns until `signal` aborts. */
export function followColumns(signal: AbortSignal): void {
  void followFeed({ open: () => bridge.capture.columns.watch(undefined, { signal }), onValue: show, signal });
}
