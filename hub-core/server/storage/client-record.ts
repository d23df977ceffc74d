import type { ClientId } from '../../common/base/ids.ts';

/** One credential of a client, without what would prove it. Times are wall ms. */
export interface CredentialRecord {
  readonly id: string;
  /** First characters of the key, enough to recognise it. */
  readonly prefix: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** `root`: the hub's owner, made on its own machine only. `provider`: a client that may provide something. */
export type ClientRole = 'client' | 'provider' | 'manager' | 'root';

/** A registered client as it is stored. */
export interface ClientRecord {
  readonly client: ClientId;
  readonly role: ClientRole;
  readonly mayCall: readonly string[];
  readonly mayProvide: readonly string[];
  readonly createdAtMs: number;
  /** When any of its credentials was. */
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** Oldest first. */
  readonly credentials: readonly CredentialRecord[];
}

/** What may be called and what provided, as globs over service ids. */
export interface GrantLists {
  readonly mayCall: readonly string[];
  readonly mayProvide: readonly string[];
}

/** A key in clear. Returned once, when it is made. */
export interface IssuedCredential {
  readonly client: ClientId;
  readonly credential: string;
  readonly key: string;
}
