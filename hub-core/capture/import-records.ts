import { z } from 'zod';
import { Encoding } from '../common/protocol/message.ts';
import { parseEncoding } from '../common/protocol/words.ts';
import { traitBits, TraitBit } from '../common/query/traits.ts';
import { CANDIDATE_STATES, CHOICE_RULES, MAX_CANDIDATES } from '../common/traffic/choices.ts';
import type { BodySlice, ExchangeEnd, ExchangeOutcome, ExchangeStart } from '../common/traffic/exchange.ts';
import { serviceOf } from '../common/traffic/service-of.ts';
import { isCaptureFileHeader, type CaptureRecord, type RecordedMessage } from '../common/transfer/capture-record.ts';
import { CaptureImportError } from './capture-errors.ts';
import type { NewRow } from './segment-writer.ts';
import type { Annotation } from './stored-exchange.ts';

const count = z.int().min(0);
const ms = z.number().nullable();

const messageSchema = z.object({
  encoding: z.string().max(32),
  headers: z.array(z.tuple([z.string(), z.string()])).max(10_000),
  bytes: count,
  stored: count,
  text: z.string().optional(),
  base64: z.base64().optional(),
});

const choiceSchema = z.object({
  attempt: count,
  atMs: z.number(),
  rule: z.enum(CHOICE_RULES),
  provider: z.string(),
  after: z.string(),
  pool: count,
  candidates: z
    .array(
      z.object({
        provider: z.string(),
        client: z.string(),
        state: z.enum(CANDIDATE_STATES),
        inFlight: count,
        maxInFlight: count,
        weight: z.number(),
        weighed: z.number().nullable(),
      }),
    )
    .max(MAX_CANDIDATES),
});

/** What is not known yet is left out: a later version only adds. */
const recordSchema = z.object({
  seq: count,
  at: z.string(),
  atMs: z.number().min(0),
  method: z.string().max(32),
  uri: z.string(),
  from: z.string(),
  connection: z.string(),
  via: z.enum(['socket', 'http', 'console']),
  /** Absent in records of earlier versions. */
  transport: z.string().max(32).default(''),
  provider: z.string(),
  providerClient: z.string(),
  status: z.int().min(0).max(65_535).nullable(),
  outcome: z.string().max(32).nullable(),
  error: z.string(),
  attempts: count,
  correlationId: count,
  flags: count,
  timeoutMs: count,
  traits: z.array(z.string()).max(64),
  mark: z.int().min(0).max(6),
  comment: z.string().max(4_096),
  tags: z.array(z.string().min(1).max(64)).max(32),
  request: messageSchema,
  reply: messageSchema.nullable(),
  timing: z.object({ checkedMs: ms, sentMs: ms, repliedMs: ms, endedMs: ms }),
  choices: z.array(choiceSchema).max(16).optional(),
}) satisfies z.ZodType<CaptureRecord>;

/** Rows of one import, ready to be stored. */
export interface ImportedRows {
  readonly rows: readonly NewRow[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly notes: ReadonlyMap<number, Annotation>;
}

/**
 * Reads records, one a line; empty lines and the header of a `.whub` file are passed over.
 *
 * @throws {CaptureImportError} naming the line, from 1, and what is wrong
 */
export function parseRecords(lines: string): CaptureRecord[] {
  const records: CaptureRecord[] = [];
  for (const [at, line] of lines.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line, at + 1);
    if (isCaptureFileHeader(value)) continue;
    const record = recordSchema.safeParse(value);
    if (!record.success) {
      const [issue] = record.error.issues;
      throw new CaptureImportError(at + 1, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no record'}`);
    }
    records.push(record.data);
  }
  return records;
}

function parsed(line: string, place: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new CaptureImportError(place, 'it is no JSON', { cause });
  }
}

function bodyOf({ text, base64 }: RecordedMessage): Uint8Array {
  return base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64');
}

/** Bodies behind each other, as a batch has them. */
class Bodies {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  add(message: RecordedMessage): BodySlice {
    const body = bodyOf(message);
    const slice = { offset: this.#length, stored: body.byteLength, total: Math.max(message.bytes, body.byteLength) };
    this.#parts.push(body);
    this.#length += body.byteLength;
    return slice;
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    return bytes;
  }
}

const encodingOf = ({ encoding }: RecordedMessage): number => parseEncoding(encoding) ?? Encoding.Other;
const NO_MESSAGE: RecordedMessage = { encoding: 'bytes', headers: [], bytes: 0, stored: 0, text: '' };
/** Times of a record count from its arrival. */
const sinceArrival = (at: number | null): number => at ?? Number.NaN;

function startOf(record: CaptureRecord, seq: number, body: BodySlice): ExchangeStart {
  const { method, uri, from, connection, via, transport, correlationId, flags, timeoutMs, request } = record;
  const [service, encoding, { headers }] = [serviceOf(uri), encodingOf(request), request];
  const asked = { method, uri, service, from, connection, via, transport, correlationId, flags, timeoutMs };
  return { seq, receivedMs: 0, ...asked, encoding, headers, body };
}

function endOf(record: CaptureRecord, seq: number, body: BodySlice): ExchangeEnd {
  const { provider, providerClient, error, attempts, timing } = record;
  const reply = record.reply ?? NO_MESSAGE;
  // What was open when it was exported will not end here.
  const outcome = (record.outcome ?? 'lost') as ExchangeOutcome;
  return {
    ...{ seq, outcome, status: record.status ?? 0, error, provider, providerClient, attempts },
    ...{ encoding: encodingOf(reply), headers: reply.headers, body },
    checkedMs: sinceArrival(timing.checkedMs),
    sentMs: sinceArrival(timing.sentMs),
    repliedMs: sinceArrival(timing.repliedMs),
    endedMs: sinceArrival(timing.endedMs),
  };
}

/** @param firstSeq the first of as many numbers that were kept for them */
export function importedRows(records: readonly CaptureRecord[], firstSeq: number): ImportedRows {
  const bodies = new Bodies();
  const notes = new Map<number, Annotation>();
  const rows = records.map((record, place): NewRow => {
    const seq = firstSeq + place;
    const { atMs, mark, comment, tags, choices } = record;
    if (mark > 0 || comment !== '' || tags.length > 0) notes.set(seq, { mark, comment, tags });
    const start = startOf(record, seq, bodies.add(record.request));
    const end = endOf(record, seq, bodies.add(record.reply ?? NO_MESSAGE));
    return { start, end, atMs, traits: traitBits(record.traits) | TraitBit.Imported, choices };
  });
  return { rows, bytes: bodies.take(), notes };
}
