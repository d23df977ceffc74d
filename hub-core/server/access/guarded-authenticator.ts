import { RequestError } from '../../common/errors/hub-error.ts';
import type { Authenticator } from './authenticator.ts';
import type { Gate } from './gate.ts';

/** Lets nobody in whom the block list names: that is known only when the credential is. */
export function guardAuthenticator(inner: Authenticator, gate: Pick<Gate, 'admitClient'>): Authenticator {
  return {
    async authenticate(credential) {
      const principal = await inner.authenticate(credential);
      gate.admitClient(principal.clientId);
      return principal;
    },
    principalOf(client) {
      try {
        gate.admitClient(client);
      } catch (error) {
        if (error instanceof RequestError) return undefined;
        throw error;
      }
      return inner.principalOf(client);
    },
    renewed(principal) {
      gate.admitClient(principal.clientId);
      return inner.renewed(principal);
    },
  };
}
