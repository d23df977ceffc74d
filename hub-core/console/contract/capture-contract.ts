/**
 * The console's view of the traffic store, served by the capture thread. The renderer is told only that there is more
 * (the watermark) and asks for the rows that it shows.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';

export const captureStateSchema = z.enum(['recording', 'headers-only', 'paused']);
export type CaptureState = z.infer<typeof captureStateSchema>;

/** Where the store stands; at most ten a second. */
export const watermarkSchema = z.strictObject({
  state: captureStateSchema,
  rows: z.int(),
  /** 0 when empty. Sequence numbers start at 1. */
  firstSeq: z.int(),
  lastSeq: z.int(),
  /** Grows with every change of a stored row: a reply that came in, for example. */
  revision: z.int(),
  bytes: z.int(),
  maxBytes: z.int(),
  maxRows: z.int(),
  droppedRows: z.int(),
  droppedBodies: z.int(),
  rowsPerSec: z.number(),
});
export type Watermark = z.infer<typeof watermarkSchema>;

export const exchangeRowSchema = z.strictObject({
  seq: z.int(),
  /** Wall time of arrival, ms since 1970 with a fraction. */
  atMs: z.number(),
  method: z.string(),
  service: z.string(),
  uri: z.string(),
  from: z.string(),
  connection: z.string(),
  via: z.enum(['socket', 'http', 'console']),
  provider: z.string(),
  providerClient: z.string(),
  /** null while the answer is awaited. */
  status: z.int().nullable(),
  outcome: z.string().nullable(),
  error: z.string(),
  durationMs: z.number().nullable(),
  requestBytes: z.int(),
  replyBytes: z.int(),
});
export type ExchangeRow = z.infer<typeof exchangeRowSchema>;

const bodySchema = z.strictObject({
  encoding: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** Bytes in the store: what GET /console/body/<seq>/request|reply returns. */
  storedBytes: z.int(),
  /** Bytes that passed. */
  totalBytes: z.int(),
});

export const exchangeDetailSchema = z.strictObject({
  row: exchangeRowSchema,
  correlationId: z.int(),
  flags: z.int(),
  timeoutMs: z.int(),
  attempts: z.int(),
  request: bodySchema,
  /** null while the answer is awaited. */
  reply: bodySchema.nullable(),
  /**
   * Milliseconds since arrival, from the hub's monotonic clock; null where the exchange did not come that far. The parts
   * add up to `ended`: checks, waiting for a channel, provider, delivery.
   */
  timing: z.strictObject({
    checkedMs: z.number().nullable(),
    sentMs: z.number().nullable(),
    repliedMs: z.number().nullable(),
    endedMs: z.number().nullable(),
  }),
});
export type ExchangeDetail = z.infer<typeof exchangeDetailSchema>;

/** The rows that matched when the query was opened, in order of arrival. New rows are found by `refresh`. */
export const queryResultSchema = z.strictObject({
  queryId: z.string(),
  /** Rows that match. */
  count: z.int(),
  /** Rows that were looked at. */
  total: z.int(),
});
export type QueryResult = z.infer<typeof queryResultSchema>;

const queryIdInput = z.strictObject({ queryId: z.string().max(64) });

export const captureContract = {
  capture: {
    /** The newest watermark, at most ten a second, starting with the current one. */
    watch: oc.output(eventIterator(watermarkSchema)),
    setState: oc.input(z.strictObject({ state: captureStateSchema })).output(watermarkSchema),
    /** Drops every row. */
    clear: oc.output(watermarkSchema),
    /**
     * @throws BAD_REQUEST with `data.column` (from 1) when the query does not parse
     */
    open: oc.input(z.strictObject({ query: z.string().max(4096) })).output(queryResultSchema),
    /** Looks at what came since, and returns the new counts. */
    refresh: oc.input(queryIdInput).output(queryResultSchema),
    /** Rows `from` … `from + count - 1` of the result (0-based); fewer at its end or where rows were retired meanwhile. */
    window: oc
      .input(z.strictObject({ queryId: z.string().max(64), from: z.int().min(0), count: z.int().min(1).max(512) }))
      .output(z.strictObject({ from: z.int(), rows: z.array(exchangeRowSchema), revision: z.int() })),
    close: oc.input(queryIdInput).output(z.strictObject({ closed: z.boolean() })),
    exchange: oc.input(z.strictObject({ seq: z.int().min(1) })).output(exchangeDetailSchema.nullable()),
    /** Part of a stored body, for places without the body route. */
    body: oc
      .input(
        z.strictObject({
          seq: z.int().min(1),
          part: z.enum(['request', 'reply']),
          offset: z.int().min(0),
          length: z
            .int()
            .min(1)
            .max(4 << 20),
        }),
      )
      .output(z.strictObject({ base64: z.string(), offset: z.int(), totalBytes: z.int() }).nullable()),
  },
};
export type CaptureContract = typeof captureContract;
