import type { Codec } from '../common/protocol/codec.ts';
import type { Dial } from './options.ts';

/** What can be done over a transport. What cannot is refused before anything is sent. */
export interface CarrierAbilities {
  /** Services can be offered, and Notices arrive: the hub can begin a message of its own. */
  readonly provide: boolean;
  /** Bodies can come and go in pieces. */
  readonly streams: boolean;
}

/** How to reach a hub by the urls of one scheme. */
export interface Carrier {
  readonly dial: Dial;
  readonly abilities: CarrierAbilities;
  /** Those that can be spoken; absent = all. */
  readonly subprotocols?: readonly Codec['subprotocol'][];
}

/** By scheme, as `URL.protocol` gives it: `ws:`. */
export type Carriers = Readonly<Record<string, Carrier>>;

export const ALL_ABILITIES: CarrierAbilities = { provide: true, streams: true };
/** Requests and their answers, and nothing that the hub begins. */
export const REQUESTS_ONLY: CarrierAbilities = { provide: false, streams: false };

/**
 * Finds how to reach a hub.
 *
 * @throws {TypeError} when the url cannot be read, names no scheme of `carriers`, or holds a secret
 */
export function carrierOf(url: string, carriers: Carriers): { readonly href: string; readonly carrier: Carrier } {
  const parsed = URL.parse(url);
  if (parsed === null) throw new TypeError(`Cannot connect to "${url}": write it as ws://host:port`);
  const { protocol, username, password, host, href } = parsed;
  const carrier = Object.hasOwn(carriers, protocol) ? carriers[protocol] : undefined;
  if (carrier === undefined) {
    const spoken = Object.keys(carriers).join(', ');
    throw new TypeError(`Cannot connect to "${url}": this client speaks ${spoken}, not "${protocol}"`);
  }
  // Keys belong into options: a URL ends up in logs, and browsers refuse one with user information.
  if (username !== '' || password !== '') {
    throw new TypeError(`Cannot connect to "${host}": give the key as an option, not within the URL`);
  }
  return { href, carrier };
}
