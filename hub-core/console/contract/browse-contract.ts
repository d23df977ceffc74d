/** Finding one's way in the rows of an open query, and in the store as a whole. */
import { oc } from '@orpc/contract';
import { z } from 'zod';

/** What rows can be sorted by, besides their arrival. */
export const sortColumnSchema = z.enum([
  'kind',
  'route',
  'from',
  'to',
  'transport',
  'status',
  'duration',
  'queue',
  'requestBytes',
  'replyBytes',
  'mark',
]);
export const sortSchema = z.strictObject({
  /** Or a custom column, by its id. */
  column: z.union([sortColumnSchema, z.templateLiteral(['custom:', z.string().min(1).max(64)])]),
  descending: z.boolean(),
});
export type RowSort = z.infer<typeof sortSchema>;

const overviewSchema = z.strictObject({
  /** Wall time of the earliest row. */
  firstMs: z.number(),
  /** Wall time at which the first bin begins. */
  fromMs: z.number(),
  binMs: z.number(),
  /** Rows of each bin; those that await their answer are among these. */
  ok: z.array(z.int()),
  error: z.array(z.int()),
  /** Exchanges that were not recorded. */
  dropped: z.array(z.int()),
});
export type Overview = z.infer<typeof overviewSchema>;

const queryId = z.string().max(64);
const seq = z.int().min(1);

export const browseContract = {
  /** Sequence numbers of rows by their place in a result. */
  seqs: oc
    .input(z.strictObject({ queryId, from: z.int().min(0), count: z.int().min(1).max(10_000) }))
    .output(z.strictObject({ seqs: z.array(z.int()) })),
  /** Place of a row in a result; null when it is not in it. */
  place: oc.input(z.strictObject({ queryId, seq })).output(z.strictObject({ place: z.int().nullable() })),
  /**
   * The next row of a result, or the one before, that also passes the filter `matching`; null when there is none that way.
   *
   * @throws BAD_REQUEST with `data.column` (from 1) when the filter does not parse
   */
  step: oc
    .input(
      z.strictObject({
        queryId,
        /** Where it begins; absent, or not in the result: at the result's end. */
        seq: seq.optional(),
        back: z.boolean().default(false),
        matching: z.string().max(4096),
      }),
    )
    .output(z.strictObject({ place: z.int(), seq: z.int() }).nullable()),
  /** Every row of the store over time, in about as many bins of equal and usual length. */
  overview: oc.input(z.strictObject({ bins: z.int().min(10).max(1_000) })).output(overviewSchema),
};
