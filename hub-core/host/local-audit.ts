import { userInfo } from 'node:os';
import { systemClock } from '../common/base/clock.ts';
import { DEFAULT_AUDIT_LIMITS } from '../server/storage/audit-record.ts';
import type { AuditEntry, AuditRecord } from '../server/storage/audit-record.ts';
import { AuditStore, type AuditQuery } from '../server/storage/audit-store.ts';
import { openHubDatabase, type HubDatabase } from '../server/storage/database.ts';

/** Who sits at this machine, as the system knows them. */
function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    // Numbers without a name in the system's list of users.
    return `uid ${String(process.getuid?.() ?? '')}`;
  }
}

/** Notes what the command line changed in a data folder. @throws {RequestError} UNAVAILABLE_ERR */
export function noteLocalChange(
  database: HubDatabase,
  change: Pick<AuditEntry, 'action' | 'target'> & { readonly detail?: string },
): void {
  const store = new AuditStore(database);
  const atMs = systemClock.wallMs();
  store.add([{ atMs, actor: localActor(), via: 'cli', address: null, detail: '', ...change }]);
  // No hub may ever run on it.
  store.prune({ ...DEFAULT_AUDIT_LIMITS, maxAgeDays: 0 }, atMs);
}

/** Newest first, whether a hub runs on the data folder or not. @throws {StorageError} */
export function listAudit(dataDir: string, query: AuditQuery): readonly AuditRecord[] {
  using database = openHubDatabase(dataDir);
  return new AuditStore(database).list(query);
}
