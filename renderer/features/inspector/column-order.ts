/** In the order of the ids that were kept; what is not among them stays behind the one that it follows at first. */
export function inOrder<T extends { readonly id: string }>(
  columns: readonly T[],
  order: readonly string[],
): readonly T[] {
  const kept = order.filter((id) => columns.some((column) => column.id === id));
  columns.forEach(({ id }, place) => {
    if (kept.includes(id)) return;
    const before = columns[place - 1]?.id;
    kept.splice(before === undefined ? 0 : kept.indexOf(before) + 1, 0, id);
  });
  return kept.flatMap((id) => columns.find((column) => column.id === id) ?? []);
}

/** The ids with `id` where `target` is; the same when one of them is not there. */
export function moved(ids: readonly string[], id: string, target: string): readonly string[] {
  const [from, to] = [ids.indexOf(id), ids.indexOf(target)];
  if (from < 0 || to < 0) return ids;
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}
