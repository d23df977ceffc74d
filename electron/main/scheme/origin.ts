/** The scheme that the console is served by; privileged before the app is ready. */
export const SCHEME = 'app';
const HOST = 'console';
const ORIGIN = `${SCHEME}://${HOST}`;
export const START_URL = `${ORIGIN}/`;

/** Whether a URL is one of the console's own: by parsing, never by comparing its beginning. */
export function isOwnUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    parsed.protocol === `${SCHEME}:` &&
    parsed.host === HOST &&
    parsed.username === '' &&
    parsed.password === ''
  );
}
