import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HubStartError } from '../server/hub/hub-start-error.ts';
import { acquireHubLock } from '../server/storage/hub-lock.ts';
import { StorageError } from '../server/storage/storage-error.ts';

/**
 * Puts the recorded traffic of a data folder aside, so that a hub starts with an empty store; nothing is lost, the folder only
 * gets another name beside it.
 *
 * @param stamp for the new name, from the caller's clock
 * @returns where it is now; undefined when nothing was recorded
 * @throws {HubStartError} when a hub uses the folder
 */
export function setCaptureAside(dataDir: string, stamp: string): string | undefined {
  const from = join(resolve(dataDir), 'capture');
  if (!existsSync(from)) return undefined;
  try {
    using _lock = acquireHubLock(dataDir);
    const to = `${from}.set-aside-${stamp}`;
    renameSync(from, to);
    return to;
  } catch (error) {
    throw error instanceof StorageError ? new HubStartError(error.message, { cause: error }) : error;
  }
}
