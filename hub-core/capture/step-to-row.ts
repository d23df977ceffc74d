import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlCondition } from './query-sql.ts';
import type { QueriedStore, TrafficQuery } from './traffic-query.ts';

export interface RowPlace {
  readonly place: number;
  readonly seq: number;
}

export interface Step {
  /** Where it begins: behind that row, or before it; absent or not in the result: at the result's end. */
  readonly seq?: number | undefined;
  readonly back: boolean;
  readonly condition: SqlCondition;
  readonly signal?: AbortSignal | undefined;
}

const PIECE_ROWS = 512;

/**
 * The next row of a result, or the one before, that passes a further condition; undefined when there is none that way.
 *
 * @throws the signal's reason when it aborts
 */
export async function stepToRow(store: QueriedStore, query: TrafficQuery, step: Step): Promise<RowPlace | undefined> {
  const { count } = query.counts();
  const start = step.seq === undefined ? undefined : query.placeOf(step.seq);
  let [from, end] = step.back ? [0, start ?? count] : [(start ?? -1) + 1, count];
  while (from < end) {
    const [pieceFrom, pieceEnd] = step.back
      ? [Math.max(from, end - PIECE_ROWS), end]
      : [from, Math.min(end, from + PIECE_ROWS)];
    const seqs = query.seqs(pieceFrom, pieceEnd - pieceFrom);
    const passing = passingOf(store, seqs, step.condition);
    const offset = step.back
      ? seqs.findLastIndex((seq) => passing.has(seq))
      : seqs.findIndex((seq) => passing.has(seq));
    const seq = seqs[offset];
    if (seq !== undefined) return { place: query.placeOf(seq) ?? pieceFrom + offset, seq };
    if (step.back) end = pieceFrom;
    else from = pieceEnd;
    await nextTurn();
    step.signal?.throwIfAborted();
  }
  return undefined;
}

/** Those of the rows that pass. Rows that lie close together are looked at in one scan, others one by one. */
function passingOf({ segments }: QueriedStore, seqs: readonly number[], condition: SqlCondition): Set<number> {
  const [firstSeq, lastSeq] = [Math.min(...seqs), Math.max(...seqs)];
  const passing = new Set<number>();
  const isClose = lastSeq - firstSeq <= 8 * seqs.length;
  for (const segment of segments) {
    if (segment.rows === 0 || segment.lastSeq < firstSeq || segment.firstSeq > lastSeq) continue;
    const ranges = isClose
      ? [{ firstSeq, lastSeq }]
      : seqs
          .filter((seq) => segment.firstSeq <= seq && seq <= segment.lastSeq)
          .map((seq) => ({ firstSeq: seq, lastSeq: seq }));
    for (const range of ranges) for (const seq of segment.reader.matching(condition, range)) passing.add(seq);
  }
  return passing;
}
