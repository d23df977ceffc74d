import type { ClientId } from '../../common/base/ids.ts';
import type { Principal } from '../relay.ts';

/** What a client presents. `key`, `token` and `password` exclude each other. */
export interface Credential {
  readonly client?: string;
  readonly key?: string;
  readonly token?: string;
  /** Of `client`. */
  readonly password?: string;
  /** The client that a certificate names which was verified already. Counts where none of the others is given. */
  readonly certificate?: string;
}

/** Who may come in; implemented by the auth module. */
export interface Authenticator {
  /**
   * @param credential undefined or without members = anonymous
   * @throws {CredentialError} when it is missing, unknown, revoked or another client's
   */
  authenticate(credential: Credential | undefined): Promise<Principal>;
  /** The client as it is now, undefined when there is none or it is revoked. */
  principalOf(client: ClientId): Principal | undefined;
  /**
   * What has become of a principal that was proven a moment ago. Cheap when nothing changed: the same object comes back.
   *
   * @returns undefined when its client or its credential was revoked, or its session has ended
   * @throws {RequestError} when the client may not come in for another reason
   */
  renewed(principal: Principal): Principal | undefined;
}
