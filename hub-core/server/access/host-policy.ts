/** Names that always mean this machine, in the form in which they stand in `Host`. */
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Host name (lower case, IPv6 in brackets, a trailing dot kept) and port, then nothing. */
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\]+)(?::(\d{1,5}))?$/;

/** Of `http:` and `https:`. */
const SCHEME_PORTS: ReadonlySet<number> = new Set([80, 443]);

export interface HostPolicy {
  /**
   * True when the hub answers to this `Host`. A page that reaches the hub through a name of its own (DNS rebinding) is
   * stopped here.
   *
   * @param host the header's value, or the authority of an absolute request target
   * @param localAddress address of this side of the connection: an IP literal cannot be rebound, so it is accepted
   */
  accepts(host: string | undefined, localAddress: string | undefined): boolean;
}

/** How an address is written in `Host`: IPv6 in brackets, IPv4 that came in over an IPv6 socket as IPv4. */
export function hostLiteral(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
}

/** True for 127.0.0.0/8, ::1 and localhost: addresses that other machines cannot reach. */
export function isLoopback(host: string): boolean {
  const literal = hostLiteral(host);
  return literal === 'localhost' || literal === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(literal);
}

/**
 * What `Host` may say for these names.
 *
 * @param port the port that the hub listens on
 * @param names in lower case; one without a port holds at the hub's own port
 */
export function hostsOf(port: number, names: readonly string[]): Set<string> {
  const hosts = new Set<string>();
  for (const name of names) {
    if (AUTHORITY.exec(name)?.[2] !== undefined) {
      hosts.add(name).add(name.replace(/:(?:80|443)$/, ''));
      continue;
    }
    hosts.add(`${name}:${String(port)}`);
    // Browsers leave the scheme's own port out.
    if (SCHEME_PORTS.has(port)) hosts.add(name);
  }
  return hosts;
}

/**
 * @param port the port that the hub listens on
 * @param names further names, in lower case; one without a port holds at the hub's own port
 */
export function createHostPolicy(port: number, names: readonly string[]): HostPolicy {
  const accepted = hostsOf(port, [...LOOPBACK_NAMES, ...names]);
  return {
    accepts(host, localAddress) {
      if (host === undefined) return false;
      const value = host.toLowerCase();
      if (accepted.has(value)) return true;
      const [, name, givenPort] = AUTHORITY.exec(value) ?? [];
      if (localAddress === undefined || name !== hostLiteral(localAddress)) return false;
      return givenPort === undefined ? SCHEME_PORTS.has(port) : Number(givenPort) === port;
    },
  };
}
