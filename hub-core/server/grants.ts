import { globMatches, isServiceGlob } from '../common/base/service-glob.ts';

/** Service ids that the hub keeps for itself (docs/protocol.md, section 5); no client may register or be granted them by `*`. */
export const RESERVED_SERVICE_IDS: ReadonlySet<string> = new Set([
  'auth',
  'clients',
  'services',
  'message',
  'status',
  'console',
  'rpc',
  'rtc',
  'healthz',
  'readyz',
  'metrics',
  'openapi.json',
  'assets',
]);

/** True for what can stand in a grant: a service id in which `*` is any run of characters. */
export function isGrantGlob(value: string): boolean {
  return isServiceGlob(value);
}

/** Each list of globs is asked about few services, again and again. Over the limit its memory starts anew. */
const MAX_REMEMBERED_SERVICES = 1024;
const verdicts = new WeakMap<readonly string[], Map<string, boolean>>();

/**
 * True when one of `globs` covers `serviceId`. A glob with `*` covers no reserved id: those must be named in full.
 *
 * Answers are remembered for each array, so a list of globs must be replaced, not changed.
 *
 * @param globs as {@link isGrantGlob} accepts them; anything else matches literally
 */
export function grantCovers(globs: readonly string[], serviceId: string): boolean {
  let remembered = verdicts.get(globs);
  if (remembered === undefined) {
    remembered = new Map();
    verdicts.set(globs, remembered);
  }
  const known = remembered.get(serviceId);
  if (known !== undefined) return known;
  const verdict = globs.some((glob) => globCovers(glob, serviceId));
  if (remembered.size >= MAX_REMEMBERED_SERVICES) remembered.clear();
  remembered.set(serviceId, verdict);
  return verdict;
}

function globCovers(glob: string, serviceId: string): boolean {
  if (glob.includes('*') && RESERVED_SERVICE_IDS.has(serviceId)) return false;
  return globMatches(glob, serviceId);
}
