interface Sample {
  readonly atMs: number;
}

/** The samples with `next` at their end, at most `limit`; one that was already there (after a reconnect) is replaced. */
export function appendSample<T extends Sample>(samples: readonly T[], next: T, limit: number): readonly T[] {
  const last = samples.at(-1);
  if (last !== undefined && last.atMs >= next.atMs) return samples;
  return [...samples.slice(Math.max(0, samples.length - limit + 1)), next];
}
