import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  COLUMN_SIDES,
  MAX_COLUMN_NAME,
  MAX_COLUMN_PATH,
  MAX_COLUMNS,
  type CustomColumn,
} from '../common/traffic/custom-column.ts';
import { isJsonPath } from '../common/query/json-path.ts';
import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { replaceFile } from './replace-file.ts';

/** A column as the store keeps it. */
export interface DefinedColumn extends CustomColumn {
  /** Grows when another value is wanted: what was found before is of no use. */
  readonly version: number;
  /** False when someone stopped looking at earlier rows. */
  readonly fills: boolean;
}

const FILE = 'columns.json';
const FILE_VERSION = 1;

const columnSchema = z.object({
  id: z.string().min(1).max(64),
  name: z.string().min(1).max(MAX_COLUMN_NAME),
  path: z.string().max(MAX_COLUMN_PATH).refine(isJsonPath),
  side: z.enum(COLUMN_SIDES),
  version: z.int().min(1),
  fills: z.boolean(),
});
const fileSchema = z.object({ version: z.literal(FILE_VERSION), columns: z.array(columnSchema).max(MAX_COLUMNS) });
const NONE = { version: FILE_VERSION, columns: [] };
const anyVersionSchema = z.object({ version: z.int() });

export interface ColumnFileDeps {
  /** The store's. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The definitions of a store's columns, in a file beside its segments, whole at any moment. */
export class ColumnFile {
  /** A newer version wrote it: it is left as it is. */
  readonly isNewer: boolean;
  readonly columns: readonly DefinedColumn[];
  readonly #path: string;
  readonly #clock: Clock;
  #isReadable = true;

  /** Reads it. */
  constructor({ dir, clock, log }: ColumnFileDeps) {
    this.#path = join(dir, FILE);
    this.#clock = clock;
    let [columns, isNewer]: [readonly DefinedColumn[], boolean] = [[], false];
    try {
      const content: unknown = existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, 'utf8')) : NONE;
      isNewer = (anyVersionSchema.safeParse(content).data?.version ?? 0) > FILE_VERSION;
      if (!isNewer) columns = fileSchema.parse(content).columns;
    } catch (error) {
      this.#isReadable = false;
      const reason = this.#path;
      log.warn({ module: 'capture', error, reason }, 'the definitions of columns could not be read and were left out');
    }
    this.columns = columns;
    this.isNewer = isNewer;
  }

  /** False while what the columns are is not known: a newer version wrote it, or it could not be read. */
  get isKnown(): boolean {
    return this.#isReadable && !this.isNewer;
  }

  /**
   * Puts other definitions in its place: after a crash either these are there or those before. A file that could not be read is
   * set aside.
   */
  write(columns: readonly DefinedColumn[]): void {
    if (!this.#isReadable) {
      renameSync(this.#path, `${this.#path}.unreadable-${String(Math.trunc(this.#clock.wallMs()))}`);
      this.#isReadable = true;
    }
    replaceFile(this.#path, `${JSON.stringify({ version: FILE_VERSION, columns }, null, 1)}\n`);
  }
}
