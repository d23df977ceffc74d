const SERVICE_GLOB = /^[a-z0-9._*-]{1,64}$/;

/** True for a service id in which `*` is any run of characters. */
export function isServiceGlob(value: string): boolean {
  return SERVICE_GLOB.test(value);
}

/**
 * True when `text` is `glob` with some run of characters, or none, in the place of each `*`.
 *
 * Leftmost matching of the parts between the stars: without alternatives to come back to, so a hostile glob costs no more
 * than its length times the text's.
 */
export function globMatches(glob: string, text: string): boolean {
  const [first = '', ...parts] = glob.split('*');
  const last = parts.pop();
  if (last === undefined) return first === text;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
