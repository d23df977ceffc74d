/** Where the console's links may lead: documents on the web that it names, opened in the user's browser. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['www.rfc-editor.org']);

/**
 * The address that a link to the outside may be opened at, or undefined when it may not: https, a host of the list and its
 * usual port, nothing in the user part that could make another host look like it.
 */
export function externalUrl(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'https:' || !EXTERNAL_HOSTS.has(parsed.hostname)) return undefined;
  if (parsed.port !== '' || parsed.username !== '' || parsed.password !== '') return undefined;
  return parsed.href;
}
