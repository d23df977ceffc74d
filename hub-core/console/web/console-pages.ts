/** Nothing but the console's own files, and no markup that runs: captured payloads are hostile. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Pictures of captured bodies, made by the page itself, when a person asks for one.
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer below /console. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

function page(title: string, ...paragraphs: readonly string[]): string {
  const body = paragraphs.map((text) => `<p>${text}</p>`).join('\n');
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n${body}\n</html>\n`;
}

/** Shown to a browser without the cookie. */
export const LOCKED_PAGE = page(
  'This console is locked',
  'It opens with the link that <code>whub serve</code> printed when this hub started.',
  'For a new link, run <code>whub console --open</code> on the machine where the hub runs. A link is valid while its hub runs.',
);

/** Shown where the hub has no files of the console. */
export const NOT_BUILT_PAGE = page(
  'The console is not built',
  'Run <code>npm run build</code> in the folder of WHub, then start the hub again.',
);
