/** JSON text in which objects that are equal are written alike. Callers bound the depth: the parser's stack did. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`);
  return `{${entries.toSorted().join()}}`;
}

/** `uniqueItems` without comparing each item with each other. */
export function hasUniqueItems(items: readonly unknown[]): boolean {
  const seen = new Set<unknown>();
  for (const item of items) {
    // A primitive is its own key; no string is taken for an object, as those keep their kind in front.
    const key =
      typeof item === 'string' ? `"${item}` : typeof item === 'object' && item !== null ? canonical(item) : item;
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}
