import type { ClientId } from '../../../common/base/ids.ts';

/** Something that was done to a client through this hub. */
export interface ClientChange {
  readonly kind: 'registered' | 'revoked' | 'restored';
  readonly client: ClientId;
}
