/** `my-app`, or `my-app-2` and so on: the first that no client has. */
export function freeClientId(taken: readonly string[]): string {
  const known = new Set(taken);
  let candidate = 'my-app';
  for (let number = 2; known.has(candidate); number += 1) candidate = `my-app-${number}`;
  return candidate;
}
