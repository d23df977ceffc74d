/**
 * One segment's tables. `exchange` holds what lists and filters read, `detail` what only the detail pane reads, so that a
 * scan over the first does not page through the second; `body` has the row id `seq * 2` for the request, `+ 1` for the reply.
 * `note`, `label`, `gap` and `choice` have rows for few exchanges only, `column_value` one for each value of a custom column.
 *
 * A later version only adds columns, tables and indexes, so that an earlier program can still read what it knows.
 */
export const SEGMENT_VERSION = 6;

/** "WHUB" in ASCII: tells our files from any other SQLite file. */
export const APPLICATION_ID = 0x5748_5542;

/** Since version 2. A gap's `rows` is null when nobody knows how many there were. */
const ADDED_TABLES = `
CREATE TABLE note (seq INTEGER PRIMARY KEY, mark INTEGER NOT NULL, comment TEXT NOT NULL) STRICT;
CREATE TABLE label (
  seq INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (seq, kind, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE gap (seq INTEGER PRIMARY KEY, rows INTEGER, reason TEXT NOT NULL) STRICT;
`;

/** Since version 4. Numbers grow by one over all segments; kinds and methods are the protocol's, `exchange` 0 for none. */
const FRAME_TABLE = `frame (
  number INTEGER PRIMARY KEY,
  at_ms REAL NOT NULL,
  connection TEXT NOT NULL,
  direction INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  method INTEGER NOT NULL,
  status INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  id INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  exchange INTEGER NOT NULL
) STRICT`;

/** Since version 5. Ids and what the JSON holds are `ChoiceTable`'s. */
const CHOICE_TABLE = 'choice (id INTEGER PRIMARY KEY, choice TEXT NOT NULL) STRICT';

/** Since version 6. Ids, slots and kinds are `ColumnTable`'s. */
const COLUMN_TABLES = [
  'column_value (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, value TEXT NOT NULL) STRICT',
  'column_fill (slot INTEGER PRIMARY KEY, series TEXT NOT NULL, from_seq INTEGER NOT NULL) STRICT',
];
const CREATE_COLUMN_TABLES = COLUMN_TABLES.map((table) => `CREATE TABLE ${table};`).join('\n');

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
  reply_bytes INTEGER NOT NULL DEFAULT 0,
  correlation INTEGER NOT NULL DEFAULT 0,
  queue_ms REAL,
  tries INTEGER NOT NULL DEFAULT 0,
  traits INTEGER NOT NULL DEFAULT 0,
  transport TEXT NOT NULL DEFAULT ''
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
${ADDED_TABLES}
CREATE TABLE ${FRAME_TABLE};
CREATE TABLE ${CHOICE_TABLE};
${CREATE_COLUMN_TABLES}
PRAGMA application_id = ${String(APPLICATION_ID)};
PRAGMA user_version = ${String(SEGMENT_VERSION)};
`;

/** From version 1: what was in `detail` only is copied beside what filters read. */
const FROM_1_TO_2 = `
ALTER TABLE exchange ADD COLUMN correlation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange ADD COLUMN queue_ms REAL;
ALTER TABLE exchange ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange ADD COLUMN traits INTEGER NOT NULL DEFAULT 0;
UPDATE exchange SET (correlation, queue_ms, tries, traits) = (
  SELECT correlation_id, sent_ms - checked_ms, attempts,
    (CASE WHEN request_stored < exchange.request_bytes OR reply_stored < exchange.reply_bytes THEN 16 ELSE 0 END)
    | (CASE WHEN flags & 4 THEN 256 ELSE 0 END) | (CASE WHEN flags & 1 THEN 512 ELSE 0 END)
  FROM detail WHERE detail.seq = exchange.seq
) WHERE seq IN (SELECT seq FROM detail);
${ADDED_TABLES}
`;

/** Of earlier rows nobody knows it. */
const FROM_2_TO_3 = `
ALTER TABLE exchange ADD COLUMN transport TEXT NOT NULL DEFAULT '';
`;

const FROM_3_TO_4 = `
CREATE TABLE ${FRAME_TABLE};
`;

const FROM_4_TO_5 = `
CREATE TABLE ${CHOICE_TABLE};
`;

const STEPS = [FROM_1_TO_2, FROM_2_TO_3, FROM_3_TO_4, FROM_4_TO_5, CREATE_COLUMN_TABLES];

/** @returns what brings a segment of an earlier version up to this one; '' for none */
export function upgradeFrom(version: number): string {
  if (version < 1 || version >= SEGMENT_VERSION) return '';
  return `${STEPS.slice(version - 1).join('')} PRAGMA user_version = ${String(SEGMENT_VERSION)};`;
}

/**
 * What lets a segment of an earlier version be read that must stay as it is: of this connection only, a table is shadowed by a view
 * with the columns that it has not, and one that is not there is empty.
 */
export function readFrom(version: number): string {
  const views = version === 2 ? "CREATE TEMP VIEW exchange AS SELECT *, '' AS transport FROM main.exchange;" : '';
  const tables = [
    ...(version < 4 ? [FRAME_TABLE] : []),
    ...(version < 5 ? [CHOICE_TABLE] : []),
    ...(version < 6 ? COLUMN_TABLES : []),
  ];
  return version < 2 ? '' : [views, ...tables.map((table) => `CREATE TEMP TABLE ${table};`)].join(' ');
}
