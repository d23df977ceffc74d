/**
 * Chromium knows only its own schemes, so a page of `app://console/` is shown as one of `https://console.app.stand-in.invalid/`:
 * an origin of its own, secure, answered by the handler of the scheme and by nobody else.
 */
const SUFFIX = '.stand-in.invalid';

const handledSchemes = new Set<string>();

export function registerScheme(scheme: string): void {
  handledSchemes.add(scheme);
}

/** As Chromium is to see it. */
export function toChromium(url: string): string {
  const parsed = URL.parse(url);
  const scheme = parsed?.protocol.slice(0, -1) ?? '';
  if (parsed === null || !handledSchemes.has(scheme)) return url;
  return `https://${parsed.host}.${scheme}${SUFFIX}${parsed.pathname}${parsed.search}${parsed.hash}`;
}

/** As the app is to see it. */
export function fromChromium(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'https:' || !parsed.host.endsWith(SUFFIX)) return url;
  const [scheme = '', ...host] = parsed.host.slice(0, -SUFFIX.length).split('.').toReversed();
  return `${scheme}://${host.toReversed().join('.')}${parsed.pathname}${parsed.search}${parsed.hash}`;
}
