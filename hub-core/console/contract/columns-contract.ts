/** Columns that people add to the list of exchanges: a value of a JSON body. The same for every console of the hub. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  COLUMN_SIDES,
  MAX_COLUMN_NAME,
  MAX_COLUMN_PATH,
  MISSING_REASONS,
  VALUE_KINDS,
} from '../../common/traffic/custom-column.ts';

export { MAX_COLUMN_NAME, MAX_COLUMN_PATH, MAX_COLUMNS } from '../../common/traffic/custom-column.ts';

/** What a row has in a column; see `hub-core/common/traffic/custom-column.ts` for the words. */
const cellSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(VALUE_KINDS), text: z.string(), cut: z.boolean() }),
  z.strictObject({ kind: z.literal('none'), reason: z.enum(MISSING_REASONS) }),
]);
export type ColumnCell = z.infer<typeof cellSchema>;

/** By the column's id. */
export const cellsSchema = z.record(z.string(), cellSchema);

const id = z.string().min(1).max(64);
// Longer than allowed, so that the store says what is wrong.
const name = z.string().max(4 * MAX_COLUMN_NAME);
const path = z.string().max(4 * MAX_COLUMN_PATH);
const side = z.enum(COLUMN_SIDES);

const columnSchema = z.strictObject({
  id,
  name,
  /** As in the filter's `json:`. */
  path,
  side,
  /** Rows of before the column that were not looked at yet. */
  unfilledRows: z.int(),
  /** False when someone stopped looking at them. */
  fills: z.boolean(),
});
export type CustomColumn = z.infer<typeof columnSchema>;

const columnIdInput = z.strictObject({ id });
const columnOutput = z.strictObject({ id });

/** Each throws CONFLICT when the store is only read, and NOT_FOUND for a column that there is not. */
export const columnsContract = {
  /** The columns in the order in which they were added; `generation` grows whenever stored rows may have other values. */
  watch: oc.output(eventIterator(z.strictObject({ columns: z.array(columnSchema), generation: z.int() }))),
  /** @throws BAD_REQUEST with `data.field` (`name`, `path` or null) when it cannot be so, or there are too many */
  add: oc.input(z.strictObject({ name, path, side })).output(columnOutput),
  /** What is absent stays. Another path or side is looked for anew. @throws BAD_REQUEST as `add` */
  change: oc
    .input(columnIdInput.extend({ name: name.optional(), path: path.optional(), side: side.optional() }))
    .output(columnOutput),
  /** For a minute `restore` brings the column that was removed last back, with its values. */
  remove: oc.input(columnIdInput).output(columnOutput),
  /** @throws BAD_REQUEST as `add` */
  restore: oc.input(columnIdInput).output(columnOutput),
  /** Goes on with looking at earlier rows, after that job was stopped. */
  resume: oc.input(columnIdInput).output(columnOutput),
};
