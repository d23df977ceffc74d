declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A registered identity; see {@link isClientId} for its form. `anonymous` is reserved for callers without one. */
export type ClientId = Branded<string, 'ClientId'>;
/** One live link, unique in this hub's lifetime, for example `c17`. */
export type ConnectionId = Branded<string, 'ConnectionId'>;
/** A service's name, the first segment of its paths; see {@link isServiceId}. */
export type ServiceId = Branded<string, 'ServiceId'>;
/** One provider channel of a service, for example `math@c17`. */
export type ProviderId = Branded<string, 'ProviderId'>;

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SERVICE_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** True for `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. */
export function isClientId(value: string): value is ClientId {
  return CLIENT_ID.test(value);
}

/** True for `[a-z0-9][a-z0-9._-]{0,63}`. Does not look at the reserved ids. */
export function isServiceId(value: string): value is ServiceId {
  return SERVICE_ID.test(value);
}

/** The id of every caller that presented no credential. */
export const ANONYMOUS = 'anonymous' as ClientId;

export const connectionId = (value: string): ConnectionId => value as ConnectionId;
export const providerId = (service: ServiceId, connection: ConnectionId): ProviderId =>
  `${service}@${connection}` as ProviderId;
