/** Joins the class names that are there. */
export function cx(...names: readonly (string | undefined | false | null)[]): string {
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ');
}
