import { z } from 'zod';

/** How the threads of the hub and of its traffic store are watched. */
export const supervisionSchema = z.strictObject({
  stuckAfterMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(750)
    .describe(
      'Processor time that one step in the thread of the hub or of the store may take in JavaScript before the thread is ended and started again, ms; more for a middleware that computes long; 0 = only after ten seconds without an answer',
    ),
});
