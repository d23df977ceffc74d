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

const GRANT_GLOB = /^[a-z0-9._*-]{1,64}$/;

/** True for what can stand in a grant: a service id in which `*` is any run of characters. */
export function isGrantGlob(value: string): boolean {
  return GRANT_GLOB.test(value);
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

/**
 * Leftmost matching of the parts between the stars: without alternatives to come back to, so a hostile glob costs no more
 * than its length times the id's.
 */
function globCovers(glob: string, serviceId: string): boolean {
  const [first = '', ...parts] = glob.split('*');
  const last = parts.pop();
  if (last === undefined) return first === serviceId;
  if (RESERVED_SERVICE_IDS.has(serviceId)) return false;
  if (serviceId.length < first.length + last.length) return false;
  if (!serviceId.startsWith(first) || !serviceId.endsWith(last)) return false;
  const end = serviceId.length - last.length;
  let from = first.length;
  for (const part of parts) {
    const found = serviceId.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
