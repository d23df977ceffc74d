import { credentialIdOf } from '../storage/key.ts';
import type { Credential } from './authenticator.ts';

/** Whom a credential is about, whether it holds or not: the client it names, or else the id in its key. Never a secret. */
export function credentialSubject({ client, key }: Credential = {}): string | undefined {
  if (client !== undefined && credentialIdOf(client) === undefined) return client;
  return key === undefined ? undefined : credentialIdOf(key);
}
