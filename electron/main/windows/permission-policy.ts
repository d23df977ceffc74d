import { isOwnUrl } from '../scheme/origin.ts';

/** Copy buttons write plain text; the console needs nothing else that a page has to ask for. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** @param requestingUrl the URL or origin of the frame that asks */
export function mayUse(permission: string, requestingUrl: string): boolean {
  return ALLOWED.has(permission) && isOwnUrl(requestingUrl);
}
