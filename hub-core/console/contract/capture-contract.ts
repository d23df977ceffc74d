/**
 * The console's view of the traffic store, served by the capture thread. The renderer is told only that there is more
 * (the watermark) and asks for the rows that it shows.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { CANDIDATE_STATES, CHOICE_RULES } from '../../common/traffic/choices.ts';
import { browseContract, sortSchema } from './browse-contract.ts';
import { cellsSchema, columnsContract } from './columns-contract.ts';
import { readLogContract } from './log-contract.ts';

/** `paused`: nothing new is recorded, what began is finished; `off`: that neither. */
export const captureStateSchema = z.enum(['recording', 'headers-only', 'paused', 'off']);
export type CaptureState = z.infer<typeof captureStateSchema>;

/** Where the store stands; at most ten a second. */
export const watermarkSchema = z.strictObject({
  state: captureStateSchema,
  /** Services with a state of their own: the less of the two holds. */
  services: z.record(z.string(), captureStateSchema),
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
  /** A newer version wrote the store: it is shown, and nothing is recorded. */
  readOnly: z.boolean(),
  /** What `undoClear` brings back, until that wall time; null when there is nothing to undo. */
  cleared: z.strictObject({ rows: z.int(), untilMs: z.number() }).nullable(),
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
  /** What the caller's connection runs over, in the words of the connections' list, and `console`; '' in rows of earlier versions. */
  transport: z.string(),
  provider: z.string(),
  providerClient: z.string(),
  /** null while the answer is awaited. */
  status: z.int().nullable(),
  outcome: z.string().nullable(),
  error: z.string(),
  durationMs: z.number().nullable(),
  /** Time it waited for a free channel. */
  queueMs: z.number().nullable(),
  requestBytes: z.int(),
  replyBytes: z.int(),
  /** Words of the filter language, such as `is:truncated`. */
  traits: z.array(z.string()),
  /** 1 to 6; 0 = none. */
  mark: z.int(),
  comment: z.string(),
  tags: z.array(z.string()),
  /**
   * Of a row that stands for exchanges which were not recorded: how many, null when nobody knows; `ended`: the hub ended
   * without warning, `behind`: the store could not keep up.
   */
  gap: z.strictObject({ rows: z.int().nullable(), reason: z.enum(['ended', 'behind']) }).nullable(),
  /** What it has in custom columns; absent where there are none, and where nobody asked. */
  cells: cellsSchema.optional(),
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

/** How a request came to a provider, and what else there was to choose from. See `RecordedChoice` for the members. */
const choiceSchema = z.strictObject({
  attempt: z.int(),
  /** Since arrival. */
  atMs: z.number(),
  rule: z.enum(CHOICE_RULES),
  provider: z.string(),
  after: z.string(),
  pool: z.int(),
  candidates: z.array(
    z.strictObject({
      provider: z.string(),
      client: z.string(),
      state: z.enum(CANDIDATE_STATES),
      inFlight: z.int(),
      maxInFlight: z.int(),
      weight: z.number(),
      weighed: z.number().nullable(),
    }),
  ),
});
export type Choice = z.infer<typeof choiceSchema>;

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
  /** The first attempt first; empty where there was one provider to choose, and in rows of which nobody noted it. */
  choices: z.array(choiceSchema),
});
export type ExchangeDetail = z.infer<typeof exchangeDetailSchema>;

/**
 * The rows that matched when the query was opened, in order of arrival. New rows are found by `refresh`, except in a sorted
 * result: that is a snapshot, which only counts what came since, until it is opened anew.
 */
export const queryResultSchema = z.strictObject({
  queryId: z.string(),
  /** Rows that match, of those that were looked at. */
  count: z.int(),
  /** Rows of the store. */
  total: z.int(),
  /** Rows that were looked at. */
  searched: z.int(),
  /** False while a search goes on, and when it was stopped: `count` may grow yet, and 0 does not mean that there are none. */
  complete: z.boolean(),
  /** The search that goes on. */
  jobId: z.string().nullable(),
  /** Rows that match and came since a sorted result was frozen. */
  fresh: z.int().optional(),
});
export type QueryResult = z.infer<typeof queryResultSchema>;

/** A frame of a connection, or the opening or closing of its link, in wire order. */
export const frameRowSchema = z.strictObject({
  /** Grows by one with each frame. */
  number: z.int(),
  atMs: z.number(),
  connection: z.string(),
  /** As the hub sees it. */
  direction: z.enum(['in', 'out']),
  /** `hello`, `request`, …, `open` or `close`. */
  kind: z.string(),
  /** Of a request, else ''. */
  method: z.string(),
  /** 0 = none; of `close` the code that the link closed with. */
  status: z.int(),
  flags: z.int(),
  /** Correlation id as on the wire. */
  id: z.int(),
  bytes: z.int(),
  /** Number of its exchange; null for none that is known. */
  exchange: z.int().nullable(),
});
export type FrameRow = z.infer<typeof frameRowSchema>;

const frameStatusSchema = z.strictObject({
  recording: z.boolean(),
  rows: z.int(),
  /** 0 when there are none. */
  lastNumber: z.int(),
  /** Left out because the store was behind. */
  droppedFrames: z.int(),
});
export type FrameStatus = z.infer<typeof frameStatusSchema>;

/** Something that takes a while: a search through bodies, an export, looking at earlier rows for a column. */
const jobSchema = z.strictObject({
  jobId: z.string(),
  kind: z.enum(['search', 'export', 'fill']),
  /** The filter, or the column. */
  label: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  startedMs: z.number(),
  /** Rows that were looked at or written, of how many. */
  searched: z.int(),
  of: z.int(),
  found: z.int(),
  /** Why it failed, else ''. */
  message: z.string(),
});

/** How a filter is understood: in plain words, or why it is not. */
const queryMeaningSchema = z.discriminatedUnion('valid', [
  z.strictObject({ valid: z.literal(true), meaning: z.string() }),
  z.strictObject({
    valid: z.literal(false),
    message: z.string(),
    /** From 1. */
    column: z.int(),
    /** The whole filter, mended, where one change is the likely meaning. */
    suggestion: z.string().nullable(),
  }),
]);

export type QueryMeaning = z.infer<typeof queryMeaningSchema>;

const queryText = z.string().max(4096);

/** How long a call waits for its search before it becomes a job; absent: until the search is complete. */
const waitMs = z.int().min(0).max(60_000).optional();

const queryIdInput = z.strictObject({ queryId: z.string().max(64) });

export const captureContract = {
  capture: {
    /** Answers at once. Whoever asks knows by it that the thread answers. */
    alive: oc.output(z.strictObject({})),
    /** The newest watermark, at most ten a second, starting with the current one. */
    watch: oc.output(eventIterator(watermarkSchema)),
    /** Of all traffic, or of one service, whose own state `recording` takes away. */
    setState: oc
      .input(z.strictObject({ state: captureStateSchema, service: z.string().min(1).max(64).optional() }))
      .output(watermarkSchema),
    /** Takes every row away; for ten seconds `undoClear` brings them back. */
    clear: oc.output(watermarkSchema),
    /** @throws NOT_FOUND when there is nothing to bring back any more */
    undoClear: oc.output(watermarkSchema),
    /**
     * @throws BAD_REQUEST with `data.column` (from 1) when the query does not parse
     */
    open: oc.input(z.strictObject({ query: queryText, waitMs, sort: sortSchema.optional() })).output(queryResultSchema),
    /** Looks at what came since, and returns the new counts; of a search that goes on, or was stopped, how far it came. */
    refresh: oc.input(queryIdInput.extend({ waitMs })).output(queryResultSchema),
    /**
     * Rows `from` … `from + count - 1` of the result (0-based); fewer at its end or where rows were retired meanwhile. With what they
     * have in custom columns where that is asked for.
     */
    window: oc
      .input(
        z.strictObject({
          queryId: z.string().max(64),
          from: z.int().min(0),
          count: z.int().min(1).max(512),
          cells: z.boolean().default(false),
        }),
      )
      .output(z.strictObject({ from: z.int(), rows: z.array(exchangeRowSchema), revision: z.int() })),
    /** What can stand at the cursor of a filter, with counts of values that were seen lately, and what the filter means. */
    complete: oc.input(z.strictObject({ query: queryText, cursor: z.int().min(0).max(4096) })).output(
      z.strictObject({
        /** The part that a completion replaces, in UTF-16 units. */
        from: z.int(),
        to: z.int(),
        items: z.array(z.strictObject({ text: z.string(), about: z.string(), count: z.int().optional() })),
        check: queryMeaningSchema,
      }),
    ),
    jobs: {
      /** The jobs that run and those that ended lately, at most ten times a second. */
      watch: oc.output(eventIterator(z.strictObject({ jobs: z.array(jobSchema) }))),
      /** What was found stays. */
      stop: oc.input(z.strictObject({ jobId: z.string().max(64) })).output(z.strictObject({ stopped: z.boolean() })),
    },
    /** Marks, comments and tags an exchange; what is absent stays as it is. */
    annotate: oc
      .input(
        z.strictObject({
          seq: z.int().min(1),
          mark: z.int().min(0).max(6).optional(),
          comment: z.string().max(4096).optional(),
          tags: z.array(z.string().min(1).max(64)).max(32).optional(),
        }),
      )
      .output(z.strictObject({ annotated: z.boolean() })),
    close: oc.input(queryIdInput).output(z.strictObject({ closed: z.boolean() })),
    ...browseContract,
    columns: columnsContract,
    /** Frames of connections; recorded only while that is switched on. */
    frames: {
      /** At most ten a second, starting with the current one. */
      watch: oc.output(eventIterator(frameStatusSchema)),
      /** @throws CONFLICT when the store is only read */
      setRecording: oc.input(z.strictObject({ recording: z.boolean() })).output(frameStatusSchema),
      /** @throws BAD_REQUEST when the filter does not parse, or asks for what only exchanges have */
      open: oc.input(z.strictObject({ query: queryText, waitMs })).output(queryResultSchema),
      refresh: oc.input(queryIdInput.extend({ waitMs })).output(queryResultSchema),
      window: oc
        .input(z.strictObject({ queryId: z.string().max(64), from: z.int().min(0), count: z.int().min(1).max(512) }))
        .output(z.strictObject({ from: z.int(), rows: z.array(frameRowSchema) })),
      /** Place of a frame in a result; null when it is not in it. */
      place: oc
        .input(queryIdInput.extend({ number: z.int().min(1) }))
        .output(z.strictObject({ place: z.int().nullable() })),
      close: oc.input(queryIdInput).output(z.strictObject({ closed: z.boolean() })),
    },
    /** Exchanges as lines of JSON, each a record of hub-core/common/transfer, in pieces that the reader asks for. */
    export: {
      /** The rows of a filter, or those with these numbers. `secrets`: with what is replaced otherwise. */
      open: oc
        .input(
          z.strictObject({
            query: queryText.default(''),
            seqs: z.array(z.int().min(1)).min(1).max(10_000).optional(),
            secrets: z.boolean().default(false),
          }),
        )
        .output(z.strictObject({ exportId: z.string(), rows: z.int() })),
      /** @throws NOT_FOUND for an export that is over, was stopped or closed */
      read: oc
        .input(z.strictObject({ exportId: z.string().max(64) }))
        .output(z.strictObject({ lines: z.string(), written: z.int(), done: z.boolean() })),
      close: oc.input(z.strictObject({ exportId: z.string().max(64) })).output(z.strictObject({ closed: z.boolean() })),
    },
    /**
     * Adds exchanges behind those that are there, under new numbers.
     *
     * @throws BAD_REQUEST naming the line that is no record; CONFLICT when the store is only read
     */
    importRecords: oc
      .input(z.strictObject({ lines: z.string().max(8 << 20) }))
      .output(z.strictObject({ imported: z.int() })),
    /** Of the traffic store's thread. */
    log: readLogContract,
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
