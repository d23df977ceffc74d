/** One step of the schema. Never changed once released: a change is a further step. */
export interface Migration {
  /** One above the step before. */
  readonly version: number;
  readonly sql: string;
}

/**
 * `clients.revision` is a number above all earlier ones, given anew with each change of what a client may do or of its
 * credentials, so that a reader finds what changed since it last looked.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE clients (
        id TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('client', 'manager')),
        created_at_ms INTEGER NOT NULL,
        revoked_at_ms INTEGER,
        revision INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX clients_by_revision ON clients (revision);

      CREATE TABLE grants (
        client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        action TEXT NOT NULL CHECK (action IN ('call', 'provide')),
        position INTEGER NOT NULL,
        glob TEXT NOT NULL,
        PRIMARY KEY (client_id, action, position)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE credentials (
        id TEXT NOT NULL PRIMARY KEY,
        client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        prefix TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        last_used_at_ms INTEGER,
        revoked_at_ms INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX credentials_by_client ON credentials (client_id);
    `,
  },
  {
    version: 2,
    sql: `
      CREATE TABLE blocks (
        kind TEXT NOT NULL CHECK (kind IN ('address', 'client')),
        target TEXT NOT NULL,
        reason TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('manual', 'auto')),
        created_at_ms INTEGER NOT NULL,
        expires_at_ms INTEGER,
        PRIMARY KEY (kind, target)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 3,
    // `is_root` stands above `role`, whose check a further step could not widen without making the table anew.
    sql: `
      ALTER TABLE clients ADD COLUMN is_root INTEGER NOT NULL DEFAULT 0 CHECK (is_root IN (0, 1));
      UPDATE clients SET is_root = 1 WHERE id = 'cli' AND role = 'manager';

      CREATE TABLE passwords (
        client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
        hash TEXT NOT NULL,
        changed_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY,
        client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        generation INTEGER NOT NULL DEFAULT 0,
        created_at_ms INTEGER NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        revoked_at_ms INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX sessions_by_client ON sessions (client_id, created_at_ms);
      CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

      CREATE TABLE signing_keys (
        id TEXT NOT NULL PRIMARY KEY,
        secret BLOB NOT NULL CHECK (length(secret) = 32),
        created_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 4,
    sql: `
      CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        via TEXT NOT NULL CHECK (via IN ('socket', 'http', 'console', 'cli', 'hub')),
        address TEXT,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        detail TEXT NOT NULL
      ) STRICT;
    `,
  },
];
