/**
 * One segment's tables. `exchange` holds what lists and filters read, `detail` what only the detail pane reads, so that a
 * scan over the first does not page through the second; `body` has the row id `seq * 2` for the request, `+ 1` for the reply.
 */
export const SEGMENT_VERSION = 1;

/** "WHUB" in ASCII: tells our files from any other SQLite file. */
export const APPLICATION_ID = 0x5748_5542;

export const SEGMENT_SCHEMA = `
CREATE TABLE exchange (
  seq INTEGER PRIMARY KEY,
  at_ms REAL NOT NULL,
  method TEXT NOT NULL,
  service TEXT NOT NULL,
  uri TEXT NOT NULL,
  sender TEXT NOT NULL,
  connection TEXT NOT NULL,
  via TEXT NOT NULL,
  request_bytes INTEGER NOT NULL,
  provider TEXT NOT NULL DEFAULT '',
  provider_client TEXT NOT NULL DEFAULT '',
  status INTEGER,
  outcome TEXT,
  error TEXT NOT NULL DEFAULT '',
  duration_ms REAL,
  reply_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX exchange_open ON exchange (seq) WHERE outcome IS NULL;
CREATE TABLE detail (
  seq INTEGER PRIMARY KEY,
  correlation_id INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  received_ms REAL NOT NULL,
  request_encoding INTEGER NOT NULL,
  request_headers TEXT NOT NULL,
  request_stored INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  reply_encoding INTEGER NOT NULL DEFAULT 0,
  reply_headers TEXT NOT NULL DEFAULT '[]',
  reply_stored INTEGER NOT NULL DEFAULT 0,
  checked_ms REAL,
  sent_ms REAL,
  replied_ms REAL,
  ended_ms REAL
) STRICT;
CREATE TABLE body (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE sealed (rows INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
PRAGMA application_id = ${String(APPLICATION_ID)};
PRAGMA user_version = ${String(SEGMENT_VERSION)};
`;
