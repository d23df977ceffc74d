import { systemClock } from '../common/base/clock.ts';
import { ClientRegistry } from '../server/storage/client-registry.ts';
import type { ClientRecord, GrantLists, IssuedCredential } from '../server/storage/client-record.ts';
import { checkPassword, hashPassword } from '../server/storage/password.ts';
import { openHubDatabase } from '../server/storage/database.ts';
import { noteLocalChange } from './local-audit.ts';

/**
 * The clients of a data folder, whether or not a hub runs on it: a running one notices within half a second, and at once when
 * it is told or a new key is used. Every function throws `StorageError` or `RequestError`, each with one line for people.
 */

export interface NewLocalClient extends GrantLists {
  readonly client: string;
  readonly role?: 'client' | 'manager';
}

function withRegistry<T>(dataDir: string, work: (registry: ClientRegistry) => T): T {
  using database = openHubDatabase(dataDir);
  return work(new ClientRegistry(database, systemClock));
}

/** As {@link withRegistry}, and notes who did it, unless it says by `false` that there was nothing to change. */
function changing<T>(
  dataDir: string,
  change: { readonly action: string; readonly target: string; readonly detail?: string },
  work: (registry: ClientRegistry) => T,
): T {
  using database = openHubDatabase(dataDir);
  const result = work(new ClientRegistry(database, systemClock));
  if (result !== false) noteLocalChange(database, change);
  return result;
}

/** @returns the key, which is never shown again @throws {RequestError} CONFLICT_ERR when the id is known */
export function addClient(dataDir: string, client: NewLocalClient): IssuedCredential {
  const detail = `may_call ${JSON.stringify(client.mayCall)}, may_provide ${JSON.stringify(client.mayProvide)}`;
  const change = { action: 'clients.register', target: client.client, detail };
  return changing(dataDir, change, (registry) => registry.add(client));
}

/** @returns a further key of a known client @throws {RequestError} NOT_FOUND_ERR */
export function addClientKey(dataDir: string, client: string): IssuedCredential {
  const change = { action: 'clients.addCredential', target: client };
  return changing(dataDir, change, (registry) => registry.addCredential(client));
}

/** In the order of their ids, revoked ones included. */
export function listClients(dataDir: string): readonly ClientRecord[] {
  return withRegistry(dataDir, (registry) => registry.list());
}

/** @returns false when it is unknown or revoked already */
export function revokeClient(dataDir: string, client: string): boolean {
  return changing(dataDir, { action: 'clients.revoke', target: client }, (registry) => registry.revoke(client));
}

/** Takes a revocation back. @returns false when it was not revoked */
export function restoreClient(dataDir: string, client: string): boolean {
  return changing(dataDir, { action: 'clients.restore', target: client }, (registry) => registry.restore(client));
}

/**
 * Changes what a client is granted, from what it is granted now.
 *
 * @throws {RequestError} NOT_FOUND_ERR, or BAD_REQUEST_ERR when a pattern has not the right form
 */
export function changeClientGrants(
  dataDir: string,
  client: string,
  change: (present: GrantLists) => GrantLists,
): ClientRecord {
  return withRegistry(dataDir, (registry) => {
    const present = registry.get(client);
    return registry.setGrants(client, change(present ?? { mayCall: [], mayProvide: [] }));
  });
}

/**
 * Sets the password of a client, or takes it away.
 *
 * @throws {RequestError} NOT_FOUND_ERR, CONFLICT_ERR when it is revoked, BAD_REQUEST_ERR for one that cannot be a password
 */
export async function setClientPassword(dataDir: string, client: string, password: string | undefined): Promise<void> {
  if (password !== undefined) checkPassword(password);
  const hash = password === undefined ? undefined : await hashPassword(password);
  withRegistry(dataDir, (registry) => registry.sessions.setPassword(client, hash));
}
