export interface OriginPolicy {
  /**
   * True when a page of this origin may use the hub. Programs send no `Origin`; browsers send it with every WebSocket
   * upgrade and with every request that a page of another origin could misuse.
   *
   * @param origin the header's value, undefined when there is none
   * @param host the `Host` of the same request, already accepted
   * @param scheme over which it came, default `http`
   */
  accepts(origin: string | undefined, host: string, scheme?: 'http' | 'https'): boolean;
  /** True for an origin other than the hub's own that is allowed by configuration, so that CORS headers are due. */
  isConfigured(origin: string): boolean;
}

/**
 * The hub's own origin is the one that the request itself was made to, not any of its names: another program may own the
 * same port of `localhost` on another address, and its pages are not the hub's.
 *
 * @param allowed origins as browsers serialise them, compared letter by letter
 */
export function createOriginPolicy(allowed: readonly string[]): OriginPolicy {
  const configured = new Set(allowed);
  return {
    accepts: (origin, host, scheme = 'http') =>
      origin === undefined || origin === `${scheme}://${host.toLowerCase()}` || configured.has(origin),
    isConfigured: (origin) => configured.has(origin),
  };
}
