export type NameFilter = (name: string) => boolean;

function matcher(patterns: readonly string[]): NameFilter {
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (name) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/**
 * Who passes two lists of names, of which one that ends in `*` stands for all that begin so. Denied is stronger.
 *
 * @returns undefined when everyone passes
 */
export function createNameFilter(lists: {
  readonly deny: readonly string[];
  /** Empty = all. */
  readonly allow: readonly string[];
}): NameFilter | undefined {
  const isDenied = matcher(lists.deny);
  const isAllowed = matcher(lists.allow);
  if (lists.allow.length > 0) return (name) => isAllowed(name) && !isDenied(name);
  return lists.deny.length > 0 ? (name) => !isDenied(name) : undefined;
}
