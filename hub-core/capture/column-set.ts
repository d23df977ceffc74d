import { randomUUID } from 'node:crypto';
import type { Clock } from '../common/base/clock.ts';
import { Emitter, type Event } from '../common/base/emitter.ts';
import { foldCase } from '../common/query/query.ts';
import { parseJsonPath } from '../common/query/json-path.ts';
import { QuerySyntaxError } from '../common/query/query-syntax-error.ts';
import {
  MAX_COLUMN_NAME,
  MAX_COLUMN_PATH,
  MAX_COLUMNS,
  type ColumnWish,
  type CustomColumn,
} from '../common/traffic/custom-column.ts';
import { ColumnError } from './capture-errors.ts';
import { ColumnFile, type ColumnFileDeps, type DefinedColumn } from './column-file.ts';
import type { LiveColumn } from './column-table.ts';
import { ColumnExtractor } from './column-value.ts';

/** Time for which a removed column can be brought back as it was: longer than anybody is offered that. */
const RESTORE_MS = 60_000;

export const seriesOf = ({ id, version }: DefinedColumn): string => `${id}.${String(version)}`;

function liveColumn(column: DefinedColumn): LiveColumn {
  const { path, side } = column;
  return { series: seriesOf(column), side, extractor: new ColumnExtractor(parseJsonPath(path)) };
}

function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new ColumnError('Cannot use the name "": it is empty; give the column a name', 'name');
  if (trimmed.length > MAX_COLUMN_NAME)
    throw new ColumnError(
      `Cannot use the name "${trimmed}": it has ${String(trimmed.length)} characters; use at most ${String(MAX_COLUMN_NAME)}`,
      'name',
    );
  return trimmed;
}

function checkedPath(path: string): string {
  const trimmed = path.trim();
  if (trimmed.length > MAX_COLUMN_PATH)
    throw new ColumnError(
      `Cannot use a path of ${String(trimmed.length)} characters: it is too long; use at most ${String(MAX_COLUMN_PATH)}`,
      'path',
    );
  try {
    parseJsonPath(trimmed);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    const at = `character ${String(error.column)}`;
    throw new ColumnError(
      `Cannot use the path "${trimmed}": it goes wrong at ${at}; ${lowered(error.message)}`,
      'path',
      {
        cause: error,
      },
    );
  }
  return trimmed;
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/** A removed column, as long as it can be brought back. */
interface Removed {
  readonly column: DefinedColumn;
  readonly place: number;
  readonly timer: Disposable;
}

/** The columns that people defined, the same for every console. Ids are kept for ever, definitions over restarts. */
export class ColumnSet implements Disposable {
  readonly #clock: Clock;
  readonly #file: ColumnFile;
  readonly #changed = new Emitter<void>();
  #columns: readonly DefinedColumn[];
  #live: readonly LiveColumn[];
  #removed: Removed | undefined;

  /** After each change of a definition, and when a removed column cannot be brought back any more. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(deps: ColumnFileDeps) {
    this.#clock = deps.clock;
    this.#file = new ColumnFile(deps);
    this.#columns = this.#file.columns;
    this.#live = this.#columns.map(liveColumn);
  }

  /** In the order in which they were added. */
  get columns(): readonly DefinedColumn[] {
    return this.#columns;
  }

  /** Whose values are taken: those that are defined, and one that can be brought back. */
  get live(): readonly LiveColumn[] {
    return this.#live;
  }

  /** False while there may be columns of which nothing is known here. */
  get isKnown(): boolean {
    return this.#file.isKnown;
  }

  find(id: string): DefinedColumn | undefined {
    return this.#columns.find((column) => column.id === id);
  }

  /** @throws {ColumnError} for a name that is taken, a path that cannot be read, and one column too many */
  add({ name, path, side }: ColumnWish): DefinedColumn {
    this.#assertKnown();
    if (this.#columns.length >= MAX_COLUMNS)
      throw new ColumnError(
        `Cannot add the column "${name.trim()}": there are ${String(MAX_COLUMNS)}, and there may be no more; remove one first`,
      );
    const [itsName, itsPath] = [this.#freeName(name), checkedPath(path)];
    const column: DefinedColumn = { id: randomUUID(), name: itsName, path: itsPath, side, version: 1, fills: true };
    this.#set([...this.#columns, column], this.#removed);
    return column;
  }

  /**
   * Renames a column, or has it show another value.
   *
   * @returns undefined when there is none with that id
   * @throws {ColumnError}
   */
  change({ id, ...wish }: Pick<CustomColumn, 'id'> & Partial<ColumnWish>): DefinedColumn | undefined {
    this.#assertKnown();
    const before = this.find(id);
    if (before === undefined) return undefined;
    const name = wish.name === undefined ? before.name : this.#freeName(wish.name, id);
    const path = wish.path === undefined ? before.path : checkedPath(wish.path);
    const side = wish.side ?? before.side;
    const isSame = path === before.path && side === before.side;
    const anew = isSame ? {} : { version: before.version + 1, fills: true };
    const after = { ...before, name, path, side, ...anew };
    this.#replace(after);
    return after;
  }

  /** Looks at earlier rows, or stops doing so. @returns false when there is no such column */
  setFilling(id: string, fills: boolean): boolean {
    this.#assertKnown();
    const before = this.find(id);
    if (before === undefined) return false;
    if (before.fills !== fills) this.#replace({ ...before, fills });
    return true;
  }

  /** Takes a column away; `restore` brings the one that was removed last back. @returns false when there is no such column */
  remove(id: string): boolean {
    this.#assertKnown();
    const place = this.#columns.findIndex((column) => column.id === id);
    const column = this.#columns[place];
    if (column === undefined) return false;
    const columns = this.#columns.toSpliced(place, 1);
    // It may not be possible to write it.
    this.#file.write(columns);
    const timer = this.#clock.after(RESTORE_MS, () => this.#take(this.#columns, undefined));
    this.#take(columns, { column, place, timer });
    return true;
  }

  /**
   * Brings a removed column back where it was, with its values.
   *
   * @returns undefined when it is gone for good
   * @throws {ColumnError} when its name or its place were taken meanwhile
   */
  restore(id: string): DefinedColumn | undefined {
    const removed = this.#removed;
    if (removed?.column.id !== id) return undefined;
    this.#freeName(removed.column.name);
    if (this.#columns.length >= MAX_COLUMNS)
      throw new ColumnError(
        `Cannot bring the column "${removed.column.name}" back: there are ${String(MAX_COLUMNS)} others; remove one first`,
      );
    this.#set(this.#columns.toSpliced(removed.place, 0, removed.column), undefined);
    return removed.column;
  }

  [Symbol.dispose](): void {
    this.#removed?.timer[Symbol.dispose]();
    this.#changed[Symbol.dispose]();
  }

  #replace(after: DefinedColumn): void {
    const columns = this.#columns.map((column) => (column.id === after.id ? after : column));
    this.#set(columns, this.#removed);
  }

  /** The file first: what is not in it was never defined. */
  #set(columns: readonly DefinedColumn[], removed: Removed | undefined): void {
    this.#file.write(columns);
    this.#take(columns, removed);
  }

  #take(columns: readonly DefinedColumn[], removed: Removed | undefined): void {
    if (removed !== this.#removed) this.#removed?.timer[Symbol.dispose]();
    this.#removed = removed;
    this.#columns = columns;
    const wanted = [...columns, ...(removed === undefined ? [] : [removed.column])];
    this.#live = wanted.map((each) => this.#live.find(({ series }) => series === seriesOf(each)) ?? liveColumn(each));
    this.#changed.emit();
  }

  #freeName(name: string, own?: string): string {
    const checked = checkedName(name);
    const isTaken = this.#columns.some((column) => column.id !== own && foldCase(column.name) === foldCase(checked));
    if (isTaken)
      throw new ColumnError(`Cannot use the name "${checked}": another column has it; choose another name`, 'name');
    return checked;
  }

  #assertKnown(): void {
    if (this.#file.isNewer)
      throw new ColumnError('Cannot change columns: a newer version defined them; use that version');
  }
}
