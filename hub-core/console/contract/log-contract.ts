/** The last lines of a log. Each thread has one of its own, and each root of the console's contract tells of its own. */
import { oc } from '@orpc/contract';
import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const logLineSchema = z.strictObject({
  number: z.int(),
  atMs: z.number(),
  level: z.enum(LOG_LEVELS),
  /** '' for none. */
  module: z.string(),
  text: z.string(),
  details: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/**
 * Lines behind that number, oldest first, at most the newest thousand; without secrets, as in the log's file. `last` is the
 * newest line's number: one below `after` is of a log that was begun anew, of which every line is given.
 */
export const readLogContract = oc
  .input(z.strictObject({ after: z.int().min(0) }))
  .output(z.strictObject({ lines: z.array(logLineSchema), last: z.int() }));
