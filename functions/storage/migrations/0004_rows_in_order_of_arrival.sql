-- Rows lie in the order in which they arrive, so those that are committed together share pages.
-- Ordered by random numbers, each row would touch a page of its own. Few orders have an owner at
-- first, so the index by owner leaves out those without.
ALTER TABLE heads RENAME TO old_heads;
CREATE TABLE heads (
    no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    begun TEXT NOT NULL, data TEXT NOT NULL, due TEXT NOT NULL, owner TEXT NOT NULL,
    marks TEXT NOT NULL
);
INSERT INTO heads SELECT * FROM old_heads ORDER BY begun, no;
DROP TABLE old_heads;
CREATE INDEX heads_by_due ON heads (kind, state, due, no);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no) WHERE owner != '';
ALTER TABLE events RENAME TO old_events;
CREATE TABLE events (
    no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
);
INSERT INTO events SELECT * FROM old_events ORDER BY at, no, seq;
DROP TABLE old_events;
ALTER TABLE personal RENAME TO old_personal;
CREATE TABLE personal (
    no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
);
INSERT INTO personal SELECT * FROM old_personal;
DROP TABLE old_personal;
