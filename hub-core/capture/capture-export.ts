import { isUtf8 } from 'node:buffer';
import type { Clock } from '../common/base/clock.ts';
import type { Encoding } from '../common/protocol/message.ts';
import { encodingWord } from '../common/protocol/words.ts';
import { traitWords } from '../common/query/traits.ts';
import type { CaptureRecord, RecordedMessage } from '../common/transfer/capture-record.ts';
import type { Job, JobList } from './job-list.ts';
import type { SecretMask } from './secret-mask.ts';
import type { BodyOf, StoredExchange, StoredMessage } from './stored-exchange.ts';
import type { TrafficQuery } from './traffic-query.ts';
import type { TrafficStore } from './traffic-store.ts';

/** One piece: what an answer may hold, and how long it may take of the thread. */
const PIECE_CHARACTERS = 512 << 10;
const PIECE_MS = 12;
const PAGE_ROWS = 256;

export interface ExportDeps {
  readonly store: TrafficStore;
  /** Complete: its rows are written, in their order. */
  readonly query: TrafficQuery;
  /** What is replaced; undefined: everything is written as it is stored. */
  readonly mask: SecretMask | undefined;
  readonly jobs: JobList;
  readonly label: string;
  readonly clock: Clock;
}

export interface ExportPiece {
  /** Records, one a line, each with its line's end. */
  readonly lines: string;
  /** Exchanges written so far, this piece included. */
  readonly written: number;
  readonly done: boolean;
}

/** Writes the exchanges of a query, piece by piece as they are asked for, so that the reader sets the pace. */
export class CaptureExport implements Disposable {
  readonly total: number;
  readonly #deps: ExportDeps;
  readonly #job: Job;
  #page: readonly number[] = [];
  #place = 0;
  #next = 0;
  #written = 0;

  constructor(deps: ExportDeps) {
    this.#deps = deps;
    this.total = deps.query.counts().count;
    this.#job = deps.jobs.start({
      kind: 'export',
      label: deps.label,
      progress: () => ({ searched: this.#next, of: this.total, found: this.#written }),
      stop: () => {},
    });
  }

  /** @returns undefined once it was stopped */
  read(): ExportPiece | undefined {
    if (!this.#job.running) return undefined;
    const { clock } = this.#deps;
    const endsMs = clock.nowMs() + PIECE_MS;
    let lines = '';
    let seq = this.#take();
    while (seq !== undefined) {
      const record = this.#record(seq);
      if (record !== undefined) {
        lines += `${JSON.stringify(record)}\n`;
        this.#written += 1;
      }
      if (lines.length >= PIECE_CHARACTERS || clock.nowMs() > endsMs) break;
      seq = this.#take();
    }
    const done = seq === undefined;
    if (done) this.#job.end('done');
    else this.#job.progressed();
    return { lines, written: this.#written, done };
  }

  /** Ends it where it is. */
  [Symbol.dispose](): void {
    this.#job.end('stopped');
  }

  /** The next row's number; rows that were dropped meanwhile are passed over. */
  #take(): number | undefined {
    while (this.#place >= this.#page.length) {
      if (this.#next >= this.total) return undefined;
      this.#page = this.#deps.query.seqs(this.#next, Math.min(PAGE_ROWS, this.total - this.#next));
      this.#next += PAGE_ROWS;
      this.#place = 0;
    }
    const seq = this.#page[this.#place];
    this.#place += 1;
    return seq;
  }

  #record(seq: number): CaptureRecord | undefined {
    const exchange = this.#deps.store.exchange(seq);
    if (exchange === undefined) return undefined;
    const { row, timing, reply, choices } = exchange;
    const uri = this.#deps.mask?.uri(row.uri) ?? row.uri;
    const { method, from, connection, via, transport } = row;
    const { provider, providerClient, status, outcome, error } = row;
    const { attempts, correlationId, flags, timeoutMs } = exchange;
    return {
      ...{ seq, at: new Date(row.atMs).toISOString(), atMs: row.atMs, method, uri, from, connection, via, transport },
      ...{ provider, providerClient, status, outcome, error, attempts, correlationId, flags, timeoutMs },
      ...{ traits: traitWords(row.traits), mark: row.mark, comment: row.comment, tags: row.tags },
      request: this.#message(exchange, 'request', exchange.request),
      reply: reply === null ? null : this.#message(exchange, 'reply', reply),
      timing,
      ...(choices.length === 0 ? {} : { choices }),
    };
  }

  #message({ row }: StoredExchange, of: BodyOf, message: StoredMessage): RecordedMessage {
    const { store, mask } = this.#deps;
    const { encoding, headers, totalBytes } = message;
    const whole = { offset: 0, length: Number.MAX_SAFE_INTEGER };
    const stored = message.storedBytes === 0 ? NO_BYTES : (store.body(row.seq, of, whole)?.bytes ?? NO_BYTES);
    const body = mask?.body(encoding, stored, headers) ?? stored;
    return {
      encoding: encodingWord(encoding as Encoding),
      headers: mask?.headers(headers) ?? headers,
      bytes: totalBytes,
      stored: body.byteLength,
      ...(isUtf8(body) ? { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(body) } : base64Of(body)),
    };
  }
}

const NO_BYTES = new Uint8Array(0);
const base64Of = (body: Uint8Array): { base64: string } => ({ base64: Buffer.from(body).toString('base64') });
