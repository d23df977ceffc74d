import type { Database } from 'better-sqlite3';
import type { RecordedChoice } from '../common/traffic/choices.ts';
import type { BodySlice, ExchangeEnd, ExchangeStart } from '../common/traffic/exchange.ts';
import { traitsOfBody, traitsOfFlags } from './exchange-traits.ts';
import { ChoiceTable } from './choice-table.ts';
import type { ColumnTable } from './column-table.ts';
import type { Annotation, BodyOf, StoredGap } from './stored-exchange.ts';

export interface NewRow {
  readonly start: ExchangeStart;
  readonly end: ExchangeEnd | undefined;
  /** Wall time of arrival. */
  readonly atMs: number;
  /** Bits of `TraitBit`, beside those that follow from the exchange itself. */
  readonly traits?: number | undefined;
  /** Those that are known already. */
  readonly choices?: readonly RecordedChoice[] | undefined;
}

type Value = string | number | null;

/** NaN stands for "never came that far" on the wire between threads; SQLite has NULL for it. */
function since(startMs: number, atMs: number): number | null {
  return Number.isNaN(atMs) ? null : atMs - startMs;
}

/** Columns `provider` to `tries` of `exchange`, in their order. */
function endOfExchange(receivedMs: number, end: ExchangeEnd): readonly Value[] {
  const { provider, providerClient, status, outcome, error, body, checkedMs, sentMs, attempts } = end;
  const queueMs = Number.isNaN(checkedMs) ? null : since(checkedMs, sentMs);
  return [
    provider,
    providerClient,
    status,
    outcome,
    error,
    since(receivedMs, end.endedMs),
    body.total,
    queueMs,
    attempts,
  ];
}

/** Columns `attempts` to `ended_ms` of `detail`, in their order. */
function endOfDetail(receivedMs: number, end: ExchangeEnd): readonly Value[] {
  const timing = [end.checkedMs, end.sentMs, end.repliedMs, end.endedMs].map((atMs) => since(receivedMs, atMs));
  return [end.attempts, end.encoding, JSON.stringify(end.headers), end.body.stored, ...timing];
}

/** The same columns of an exchange that awaits its end. */
const OPEN_EXCHANGE: readonly Value[] = ['', '', null, null, '', null, 0, null, 0];
const OPEN_DETAIL: readonly Value[] = [0, 0, '[]', 0, null, null, null, null];

const INSERT_EXCHANGE = `INSERT OR IGNORE INTO exchange
  (seq, at_ms, method, service, uri, sender, connection, via, transport, request_bytes, correlation, traits,
   provider, provider_client, status, outcome, error, duration_ms, reply_bytes, queue_ms, tries)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_DETAIL = `INSERT OR IGNORE INTO detail
  (seq, correlation_id, flags, timeout_ms, received_ms, request_encoding, request_headers, request_stored,
   attempts, reply_encoding, reply_headers, reply_stored, checked_ms, sent_ms, replied_ms, ended_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_GAP_ROW = `INSERT INTO exchange
  (seq, at_ms, method, service, uri, sender, connection, via, request_bytes, status, outcome)
  VALUES (?, ?, '', '', '', '', '', 'socket', 0, 0, 'gap')`;
const UPDATE_EXCHANGE = `UPDATE exchange SET provider = ?, provider_client = ?, status = ?, outcome = ?, error = ?,
  duration_ms = ?, reply_bytes = ?, queue_ms = ?, tries = ?, traits = traits | ?
  WHERE seq = ? AND outcome IS NULL`;
const UPDATE_DETAIL = `UPDATE detail SET attempts = ?, reply_encoding = ?, reply_headers = ?, reply_stored = ?,
  checked_ms = ?, sent_ms = ?, replied_ms = ?, ended_ms = ? WHERE seq = ?`;
const UPSERT_NOTE = `INSERT INTO note (seq, mark, comment) VALUES (?, ?, ?)
  ON CONFLICT (seq) DO UPDATE SET mark = excluded.mark, comment = excluded.comment`;

function prepare(db: Database) {
  return {
    exchange: db.prepare(INSERT_EXCHANGE),
    detail: db.prepare(INSERT_DETAIL),
    endExchange: db.prepare(UPDATE_EXCHANGE),
    endDetail: db.prepare(UPDATE_DETAIL),
    requestBytes: db.prepare('UPDATE exchange SET request_bytes = ?, traits = traits | ? WHERE seq = ?'),
    requestStored: db.prepare('UPDATE detail SET request_stored = ? WHERE seq = ?'),
    body: db.prepare('INSERT OR REPLACE INTO body (id, bytes) VALUES (?, ?)'),
    received: db.prepare<[number], Received>(
      'SELECT received_ms AS receivedMs, request_encoding AS encoding FROM detail WHERE seq = ?',
    ),
    gapRow: db.prepare(INSERT_GAP_ROW),
    gap: db.prepare('INSERT INTO gap (seq, rows, reason) VALUES (?, ?, ?)'),
    growGap: db.prepare('UPDATE gap SET rows = coalesce(rows, 0) + ? WHERE seq = ?'),
    note: db.prepare<[number], { mark: number; comment: string }>('SELECT mark, comment FROM note WHERE seq = ?'),
    setNote: db.prepare(UPSERT_NOTE),
    dropTags: db.prepare("DELETE FROM label WHERE seq = ? AND kind = 'tag'"),
    addTag: db.prepare("INSERT OR IGNORE INTO label (seq, kind, name) VALUES (?, 'tag', ?)"),
  };
}

interface Received {
  readonly receivedMs: number;
  readonly encoding: number;
}

const NO_BYTES = Buffer.alloc(0);

function sliceOf(bytes: Uint8Array<ArrayBuffer>, { offset, stored }: BodySlice): Buffer {
  return stored === 0 ? NO_BYTES : Buffer.from(bytes.buffer, bytes.byteOffset + offset, stored);
}

/** Of a request that came in pieces the whole; where that was left out, its beginning. */
function requestOf(beginning: BodySlice, whole: BodySlice | undefined): BodySlice {
  if (whole === undefined) return beginning;
  return whole.stored > 0 ? whole : { ...beginning, total: whole.total };
}

/** What is written to one segment. Runs within a transaction of its owner. */
export class SegmentWriter {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #choices: ChoiceTable;
  readonly #columns: ColumnTable;

  constructor(db: Database, columns: ColumnTable) {
    this.#columns = columns;
    this.#choices = new ChoiceTable(db);
    this.#statements = prepare(db);
  }

  /**
   * Adds a row, with its end when that is known already: one insert instead of an insert and an update.
   *
   * @returns false when that number is taken
   */
  insert({ start, end, atMs, traits = 0, choices = [] }: NewRow, bytes: Uint8Array<ArrayBuffer>): boolean {
    const { seq, receivedMs } = start;
    const request = requestOf(start.body, end?.requestBody);
    const [asked, replied] = [sliceOf(bytes, request), end === undefined ? NO_BYTES : sliceOf(bytes, end.body)];
    const own =
      traitsOfFlags(start.flags) |
      traitsOfBody(start.encoding, request, asked) |
      (end === undefined ? 0 : traitsOfBody(end.encoding, end.body, replied));
    const inserted = this.#statements.exchange.run(
      seq,
      atMs,
      start.method,
      start.service,
      start.uri,
      start.from,
      start.connection,
      start.via,
      start.transport,
      request.total,
      start.correlationId,
      traits | own,
      ...(end === undefined ? OPEN_EXCHANGE : endOfExchange(receivedMs, end)),
    );
    if (inserted.changes === 0) return false;
    this.#statements.detail.run(
      seq,
      start.correlationId,
      start.flags,
      start.timeoutMs,
      receivedMs,
      start.encoding,
      JSON.stringify(start.headers),
      request.stored,
      ...(end === undefined ? OPEN_DETAIL : endOfDetail(receivedMs, end)),
    );
    if (asked.byteLength > 0) this.#keepBody(seq, 'request', { body: asked, slice: request });
    if (end !== undefined && replied.byteLength > 0) this.#keepBody(seq, 'reply', { body: replied, slice: end.body });
    this.addChoices(seq, choices);
    return true;
  }

  /** How an exchange came to its providers. */
  addChoices(seq: number, choices: readonly RecordedChoice[]): void {
    for (const choice of choices) this.#choices.add(seq, choice);
  }

  /** @returns false when the row is not here, or ended before */
  end(end: ExchangeEnd, bytes: Uint8Array<ArrayBuffer>, traits = 0): boolean {
    const received = this.#statements.received.get(end.seq);
    if (received === undefined) return false;
    const replied = sliceOf(bytes, end.body);
    const { receivedMs } = received;
    const columns = endOfExchange(receivedMs, end);
    const updated = this.#statements.endExchange.run(
      ...columns,
      traits | traitsOfBody(end.encoding, end.body, replied),
      end.seq,
    );
    if (updated.changes === 0) return false;
    this.#statements.endDetail.run(...endOfDetail(receivedMs, end), end.seq);
    if (replied.byteLength > 0) this.#keepBody(end.seq, 'reply', { body: replied, slice: end.body });
    if (end.requestBody !== undefined) this.#replaceRequest(end.seq, end.requestBody, { bytes, received });
    return true;
  }

  /** A row that stands for exchanges which were not recorded. */
  addGap(seq: number, { rows, reason }: StoredGap, atMs: number): void {
    this.#statements.gapRow.run(seq, atMs);
    this.#statements.gap.run(seq, rows, reason);
  }

  growGap(seq: number, rows: number): void {
    this.#statements.growGap.run(rows, seq);
  }

  annotate(seq: number, { mark, comment, tags }: Annotation): void {
    const before = this.#statements.note.get(seq) ?? { mark: 0, comment: '' };
    this.#statements.setNote.run(seq, mark ?? before.mark, comment ?? before.comment);
    if (tags === undefined) return;
    this.#statements.dropTags.run(seq);
    for (const tag of tags) this.#statements.addTag.run(seq, tag);
  }

  /** More of the request's body came after its row. */
  #replaceRequest(
    seq: number,
    body: BodySlice,
    { bytes, received }: { readonly bytes: Uint8Array<ArrayBuffer>; readonly received: Received },
  ): void {
    const asked = sliceOf(bytes, body);
    const traits = traitsOfBody(received.encoding, body, asked);
    this.#statements.requestBytes.run(body.total, traits, seq);
    if (asked.byteLength === 0) return;
    this.#statements.requestStored.run(body.stored, seq);
    this.#columns.forget(seq, 'request');
    this.#keepBody(seq, 'request', { body: asked, slice: body });
  }

  #keepBody(seq: number, of: BodyOf, { body, slice }: { readonly body: Buffer; readonly slice: BodySlice }): void {
    this.#statements.body.run(of === 'request' ? seq * 2 : seq * 2 + 1, body);
    this.#columns.take(seq, of, { body, partial: slice.stored < slice.total });
  }
}
