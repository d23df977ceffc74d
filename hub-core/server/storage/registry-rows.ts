import type { Database, Statement } from 'better-sqlite3';
import type { ClientId } from '../../common/base/ids.ts';
import type { ClientRecord, ClientRole, CredentialRecord } from './client-record.ts';

export interface ClientRow {
  readonly id: ClientId;
  readonly role: 'client' | 'manager';
  readonly isRoot: number;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface GrantRow {
  readonly clientId: ClientId;
  readonly action: 'call' | 'provide';
  readonly glob: string;
}

export interface CredentialRow extends CredentialRecord {
  readonly clientId: ClientId;
}

/** What authentication needs of a credential. */
export interface StoredCredential {
  readonly id: string;
  readonly clientId: ClientId;
  readonly hash: Uint8Array;
  /** Revoked by itself or with its client. */
  readonly revoked: boolean;
}

const CLIENT = `SELECT id, role, is_root AS isRoot, created_at_ms AS createdAtMs, revoked_at_ms AS revokedAtMs
  FROM clients`;
const GRANT = 'SELECT client_id AS clientId, action, glob FROM grants';
const CREDENTIAL = `SELECT client_id AS clientId, id, prefix, created_at_ms AS createdAtMs, last_used_at_ms AS lastUsedAtMs,
  revoked_at_ms AS revokedAtMs FROM credentials`;

/** The next revision: above every one given so far. */
const NEXT_REVISION = '(SELECT coalesce(max(revision), 0) + 1 FROM clients)';

/** Clients of one stored role, or credentials (role ''), that are or are not revoked. */
export interface CountRow {
  readonly role: 'client' | 'manager' | 'root' | '';
  readonly revoked: 0 | 1;
  readonly count: number;
}

/** Every statement of the registry, prepared once. */
export interface Statements {
  readonly client: Statement<[string], ClientRow>;
  readonly clients: Statement<[], ClientRow>;
  readonly grants: Statement<[string], GrantRow>;
  readonly allGrants: Statement<[], GrantRow>;
  readonly credentials: Statement<[string], CredentialRow>;
  readonly allCredentials: Statement<[], CredentialRow>;
  readonly credential: Statement<[string], Omit<StoredCredential, 'revoked'> & { readonly revoked: number }>;
  readonly changedSince: Statement<[number], { readonly id: ClientId; readonly revision: number }>;
  readonly lastRevision: Statement<[], number>;
  readonly counts: Statement<[], CountRow>;
  readonly insertClient: Statement<[string, string, number, number]>;
  readonly insertGrant: Statement<[string, string, number, string]>;
  readonly deleteGrants: Statement<[string]>;
  readonly insertCredential: Statement<[string, string, Uint8Array, string, number]>;
  readonly revokeClient: Statement<[number, string]>;
  readonly restoreClient: Statement<[string]>;
  readonly revokeCredential: Statement<[number, string, string]>;
  readonly bumpRevision: Statement<[string]>;
  readonly touch: Statement<[number, string]>;
}

export function prepareStatements(database: Database): Statements {
  return {
    client: database.prepare(`${CLIENT} WHERE id = ?`),
    clients: database.prepare(`${CLIENT} ORDER BY id`),
    grants: database.prepare(`${GRANT} WHERE client_id = ? ORDER BY action, position`),
    allGrants: database.prepare(`${GRANT} ORDER BY client_id, action, position`),
    credentials: database.prepare(`${CREDENTIAL} WHERE client_id = ? ORDER BY created_at_ms, id`),
    allCredentials: database.prepare(`${CREDENTIAL} ORDER BY client_id, created_at_ms, id`),
    credential: database.prepare(
      `SELECT credentials.id, client_id AS clientId, hash,
        credentials.revoked_at_ms IS NOT NULL OR clients.revoked_at_ms IS NOT NULL AS revoked
        FROM credentials JOIN clients ON clients.id = client_id WHERE credentials.id = ?`,
    ),
    changedSince: database.prepare('SELECT id, revision FROM clients WHERE revision > ? ORDER BY revision'),
    lastRevision: database.prepare<[], number>('SELECT coalesce(max(revision), 0) FROM clients').pluck(),
    counts: database.prepare(
      `SELECT CASE is_root WHEN 1 THEN 'root' ELSE role END AS role, revoked_at_ms IS NOT NULL AS revoked, count(*) AS count
        FROM clients GROUP BY 1, 2
        UNION ALL
        SELECT '', credentials.revoked_at_ms IS NOT NULL OR clients.revoked_at_ms IS NOT NULL, count(*)
        FROM credentials JOIN clients ON clients.id = client_id GROUP BY 2`,
    ),
    insertClient: database.prepare(
      `INSERT INTO clients (id, role, is_root, created_at_ms, revision) VALUES (?, ?, ?, ?, ${NEXT_REVISION})`,
    ),
    insertGrant: database.prepare('INSERT INTO grants (client_id, action, position, glob) VALUES (?, ?, ?, ?)'),
    deleteGrants: database.prepare('DELETE FROM grants WHERE client_id = ?'),
    insertCredential: database.prepare(
      'INSERT INTO credentials (id, client_id, hash, prefix, created_at_ms) VALUES (?, ?, ?, ?, ?)',
    ),
    revokeClient: database.prepare('UPDATE clients SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL'),
    restoreClient: database.prepare(
      'UPDATE clients SET revoked_at_ms = NULL WHERE id = ? AND revoked_at_ms IS NOT NULL',
    ),
    revokeCredential: database.prepare(
      'UPDATE credentials SET revoked_at_ms = ? WHERE client_id = ? AND id = ? AND revoked_at_ms IS NULL',
    ),
    bumpRevision: database.prepare(`UPDATE clients SET revision = ${NEXT_REVISION} WHERE id = ?`),
    touch: database.prepare('UPDATE credentials SET last_used_at_ms = ? WHERE id = ?'),
  };
}

/** Joins the rows of any number of clients. A credential of a revoked client counts as revoked with it. */
export function toRecords(
  clients: readonly ClientRow[],
  grants: readonly GrantRow[],
  credentials: readonly CredentialRow[],
): ClientRecord[] {
  const grantsOf = Map.groupBy(grants, ({ clientId }) => clientId);
  const credentialsOf = Map.groupBy(credentials, ({ clientId }) => clientId);
  return clients.map((client) => {
    const { id, createdAtMs, revokedAtMs } = client;
    const granted = grantsOf.get(id) ?? [];
    const owned = credentialsOf.get(id) ?? [];
    const uses = owned.map(({ lastUsedAtMs }) => lastUsedAtMs).filter((at) => at !== null);
    const mayProvide = granted.filter(({ action }) => action === 'provide').map(({ glob }) => glob);
    return {
      client: id,
      role: roleOf(client, mayProvide),
      mayCall: granted.filter(({ action }) => action === 'call').map(({ glob }) => glob),
      mayProvide,
      createdAtMs,
      lastUsedAtMs: uses.length === 0 ? null : Math.max(...uses),
      revokedAtMs,
      credentials: owned.map((credential) => toCredential(credential, revokedAtMs)),
    };
  });
}

function roleOf({ role, isRoot }: ClientRow, mayProvide: readonly string[]): ClientRole {
  if (isRoot !== 0) return 'root';
  return role === 'client' && mayProvide.length > 0 ? 'provider' : role;
}

function toCredential(row: CredentialRow, clientRevokedAtMs: number | null): CredentialRecord {
  const { id, prefix, createdAtMs, lastUsedAtMs } = row;
  return { id, prefix, createdAtMs, lastUsedAtMs, revokedAtMs: row.revokedAtMs ?? clientRevokedAtMs };
}
