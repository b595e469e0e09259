-- Histories: a head for each, its events, what is sealed beside them, submissions, and counters
-- that end.
CREATE TABLE heads (
    no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    changed_at TEXT NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX heads_by_change ON heads (kind, changed_at, no);
CREATE INDEX heads_by_state ON heads (kind, state, changed_at, no);
CREATE TABLE events (
    no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
) WITHOUT ROWID;
CREATE TABLE personal (
    no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
) WITHOUT ROWID;
CREATE TABLE submissions (once TEXT PRIMARY KEY, no TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (
    what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
) WITHOUT ROWID;
