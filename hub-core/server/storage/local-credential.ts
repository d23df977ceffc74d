import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRegistry } from './client-registry.ts';
import { hashKey, hashMatches } from './key.ts';
import { storageErrorFrom } from './sqlite-file.ts';

/** The client in whose name the command line works on its own machine. */
const LOCAL_CLIENT = 'cli';

/**
 * Makes the root client `cli` and writes its key to `cli.key` in the data folder, readable by this user alone, so that the
 * command line needs no key on its own machine. Once somebody has revoked the client or the key, that holds.
 *
 * @throws {StorageError} when the file cannot be written
 */
export function ensureLocalCredential(dataDir: string, registry: ClientRegistry): void {
  const path = join(dataDir, 'cli.key');
  const client = registry.get(LOCAL_CLIENT);
  if (client === undefined) {
    const everything = { mayCall: ['*'], mayProvide: ['*'] };
    writeKey(path, registry.add({ client: LOCAL_CLIENT, role: 'root', ...everything }).key);
  } else if (client.revokedAtMs === null && !isKnownKey(readKey(path), registry)) {
    writeKey(path, registry.addCredential(LOCAL_CLIENT).key);
  }
}

/** True also for a revoked one. */
function isKnownKey(key: string | undefined, registry: ClientRegistry): boolean {
  return key !== undefined && hashMatches(hashKey(key), registry.findCredential(key)?.hash);
}

function readKey(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw storageErrorFrom(error, path);
  }
}

/** Moved into its place whole, so that nobody reads half a key or one with a wider mode. */
function writeKey(path: string, key: string): void {
  const fresh = `${path}.${randomUUID()}`;
  try {
    writeFileSync(fresh, `${key}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw storageErrorFrom(error, path);
  }
}
