/** Ids of the rows that are chosen together. */
export type RowMarks = ReadonlySet<string>;

export function withToggled(marks: RowMarks, id: string): RowMarks {
  const next = new Set(marks);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** From one row to another, both ends with it, in the order of the list. */
export function markedRange(ids: readonly string[], from: number, to: number): RowMarks {
  return new Set(ids.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1));
}

/** Those that are still in the list; the same object when all are. */
export function withoutGone(marks: RowMarks, ids: readonly string[]): RowMarks {
  if (marks.size === 0) return marks;
  const there = new Set(ids);
  const kept = [...marks].filter((id) => there.has(id));
  return kept.length === marks.size ? marks : new Set(kept);
}
