/** Most rows of one list: as many as one export takes by number. */
const MAX_SEQS = 10_000;
const RANGES = /^[1-9]\d{0,15}(?:-[1-9]\d{0,15})?(?:,[1-9]\d{0,15}(?:-[1-9]\d{0,15})?)*$/;

/** Row numbers as a short text: `3-5,9`. @param seqs in rising order */
export function rangesOf(seqs: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const seq of seqs) {
    const range = ranges.at(-1);
    if (range !== undefined && seq === range.last + 1) range.last = seq;
    else ranges.push({ first: seq, last: seq });
  }
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${String(first)}-${String(last)}`))
    .join(',');
}

/** @returns undefined for what is no such text, is not in rising order, or names more than 10,000 rows */
export function seqsOf(ranges: string): number[] | undefined {
  if (!RANGES.test(ranges)) return undefined;
  const seqs: number[] = [];
  for (const range of ranges.split(',')) {
    const [first = 0, last = first] = range.split('-').map(Number);
    if (first <= (seqs.at(-1) ?? 0) || last < first || seqs.length + last - first >= MAX_SEQS) return undefined;
    for (let seq = first; seq <= last; seq += 1) seqs.push(seq);
  }
  return seqs;
}
