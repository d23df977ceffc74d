import type { Clock } from '../common/base/clock.ts';
import type { Logger } from '../common/log/logger.ts';
import { TraitBit } from '../common/query/traits.ts';
import type { RecordedChoice } from '../common/traffic/choices.ts';
import type { TrafficBatch } from '../common/traffic/exchange.ts';
import { FRAME_FIELDS } from '../common/traffic/frames.ts';
import { readChoices } from '../common/traffic/read-choices.ts';
import type { FrameList } from './frame-list.ts';
import { newsBySegment, type LaterNews, type SegmentNews } from './later-news.ts';
import { maskedBatch, type MaskedBatch } from './masked-batch.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { NewRow } from './segment-writer.ts';
import type { GapReason } from './stored-exchange.ts';

/** Exchanges that were left out and are to be told of by a row. */
interface MissingRows {
  readonly rows: number;
  /** A number that no exchange has or will have; undefined when there is none. */
  readonly seq: number | undefined;
}

export interface BatchWriterDeps {
  readonly segments: SegmentList;
  readonly frames: FrameList;
  /** What is replaced before anything is stored. */
  readonly mask: SecretMask | undefined;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly log: Logger;
}

/** Puts batches of captured traffic into the segments: new exchanges, what came later of earlier ones, and rows for what is missing. */
export class BatchWriter {
  readonly #segments: SegmentList;
  readonly #frames: FrameList;
  readonly #mask: SecretMask | undefined;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #log: Logger;
  /** The row that tells of missing exchanges, as long as it is the last: what goes missing next is added to it. */
  #lastGapSeq = 0;
  #unwritten: MissingRows = { rows: 0, seq: undefined };

  constructor({ segments, frames, mask, clock, log }: BatchWriterDeps) {
    this.#segments = segments;
    this.#frames = frames;
    this.#mask = mask;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Stores a batch, and a row before or behind its own that tells of what is missing.
   *
   * @returns exchanges that were stored: one whose number is not above those before it is left out
   * @throws when it cannot be written, on a full disk for example: the next batch tells of its exchanges
   */
  write(batch: TrafficBatch): number {
    try {
      return this.#write(batch);
    } catch (error) {
      this.#unwritten = missing(this.#unwritten, {
        rows: batch.starts.length + batch.droppedRows,
        seq: batch.starts[0]?.seq ?? batch.gapSeq,
      });
      throw error;
    }
  }

  /** Tells by a row that the process before ended without storing its last exchanges. */
  tellEnded(): void {
    const { active, nextSeq } = this.#segments;
    active.write(() => this.#addGap(nextSeq, { rows: null, reason: 'ended' }));
  }

  /** The rows are others now: the next missing exchange gets a row of its own. */
  forgetGap(): void {
    this.#lastGapSeq = 0;
  }

  #write(batch: TrafficBatch): number {
    const { active } = this.#segments;
    const { batch: whole, masked } = this.#withoutSecrets(batch);
    const news: LaterNews = {
      ends: new Map(whole.ends.map((end) => [end.seq, end])),
      choices: choicesBySeq(batch),
    };
    const rows = this.#newRows(whole, news, masked);
    const earlier = newsBySegment(news, this.#segments);
    const gap = missing(this.#unwritten, { rows: batch.droppedRows, seq: batch.gapSeq });
    const write = ({ writer }: Segment, { ends, choices }: SegmentNews): void => {
      for (const end of ends) writer.end(end, whole.bytes, masked.has(end.seq) ? TraitBit.Masked : 0);
      for (const [seq, each] of choices) writer.addChoices(seq, each);
    };
    const own = earlier.get(active);
    active.write(() => {
      const isLater = rows[0] !== undefined && (gap.seq ?? 0) > rows[0].start.seq;
      if (!isLater) this.#tellMissing(gap);
      for (const row of rows) active.insert(row, whole.bytes);
      if (isLater) this.#tellMissing(gap);
      if (own !== undefined) write(active, own);
      this.#addFrames(batch);
    });
    this.#unwritten = { rows: 0, seq: undefined };
    earlier.delete(active);
    try {
      for (const [segment, itsNews] of earlier) segment.write(() => write(segment, itsNews));
    } catch (error) {
      // The batch's own exchanges are stored: they are not to be told of as missing.
      this.#log.error({ module: 'capture', error }, 'what came later of earlier exchanges could not be written');
    }
    this.#segments.settle();
    return rows.length;
  }

  #addFrames({ frames, clockOffsetMs }: TrafficBatch): void {
    if (frames === undefined) return;
    const first = this.#frames.take(frames.frames.length / FRAME_FIELDS);
    this.#segments.active.frames.add(frames, first, clockOffsetMs);
  }

  #withoutSecrets(batch: TrafficBatch): MaskedBatch {
    if (this.#mask === undefined) return { batch, masked: new Set() };
    return maskedBatch(batch, this.#mask, (seq) => this.#segments.writable(seq)?.reader.requestEncoding(seq) ?? 0);
  }

  /** Takes what belongs to the batch's own starts out of the news. */
  #newRows(batch: TrafficBatch, { ends, choices }: LaterNews, masked: ReadonlySet<number>): NewRow[] {
    const rows: NewRow[] = [];
    let lastSeq = this.#segments.nextSeq - 1;
    for (const start of batch.starts) {
      // Numbers only grow; one that does not would break the order that segments and queries are built on.
      if (start.seq <= lastSeq) continue;
      lastSeq = start.seq;
      const end = ends.get(start.seq);
      ends.delete(start.seq);
      const traits = masked.has(start.seq) ? TraitBit.Masked : 0;
      const atMs = start.receivedMs + batch.clockOffsetMs;
      rows.push({ start, end, atMs, traits, choices: choices.get(start.seq) });
      choices.delete(start.seq);
    }
    return rows;
  }

  #tellMissing({ rows, seq }: MissingRows): void {
    if (rows === 0) return;
    const { active } = this.#segments;
    if (this.#lastGapSeq !== 0 && active.lastSeq === this.#lastGapSeq) active.writer.growGap(this.#lastGapSeq, rows);
    else if (seq !== undefined && seq >= this.#segments.nextSeq) this.#addGap(seq, { rows, reason: 'behind' });
  }

  #addGap(seq: number, gap: { readonly rows: number | null; readonly reason: GapReason }): void {
    this.#segments.active.addGap(seq, gap, this.#clock.wallMs());
    this.#lastGapSeq = seq;
  }
}

function choicesBySeq({ choices }: TrafficBatch): Map<number, RecordedChoice[]> {
  const bySeq = new Map<number, RecordedChoice[]>();
  if (choices === undefined) return bySeq;
  for (const { seq, choice } of readChoices(choices)) {
    const before = bySeq.get(seq);
    if (before === undefined) bySeq.set(seq, [choice]);
    else before.push(choice);
  }
  return bySeq;
}

function missing(earlier: MissingRows, now: MissingRows): MissingRows {
  return { rows: earlier.rows + now.rows, seq: earlier.seq ?? now.seq };
}
