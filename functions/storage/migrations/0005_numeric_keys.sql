-- Numbers of orders are random, and each would touch a page of its own in every table that is
-- ordered by them. An ascending key is written to the same few pages.
ALTER TABLE heads RENAME TO old_heads;
DROP INDEX heads_by_due;
DROP INDEX heads_by_owner;
CREATE TABLE heads (
    id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    version INTEGER NOT NULL, state TEXT NOT NULL, begun TEXT NOT NULL, data TEXT NOT NULL,
    due TEXT NOT NULL, owner TEXT NOT NULL, marks TEXT NOT NULL
);
INSERT INTO heads SELECT NULL, * FROM old_heads ORDER BY begun, no;
DROP TABLE old_heads;
CREATE INDEX heads_by_due ON heads (kind, state, due, id);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, id) WHERE owner != '';
ALTER TABLE events RENAME TO old_events;
CREATE TABLE events (
    head INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (head, seq)
) WITHOUT ROWID;
INSERT INTO events SELECT id, seq, e.kind, by, at, e.data
    FROM old_events e JOIN heads USING (no) ORDER BY id, seq;
DROP TABLE old_events;
ALTER TABLE personal RENAME TO old_personal;
CREATE TABLE personal (
    head INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (head, seq)
) WITHOUT ROWID;
INSERT INTO personal SELECT id, seq, sealed
    FROM old_personal JOIN heads USING (no) ORDER BY id, seq;
DROP TABLE old_personal;
ALTER TABLE submissions RENAME TO old_submissions;
CREATE TABLE submissions (once TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO submissions SELECT once, id FROM old_submissions JOIN heads USING (no);
DROP TABLE old_submissions;
CREATE INDEX submissions_by_head ON submissions (head);
DROP INDEX traces;
CREATE TABLE traces (
    head INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (head, mark)
) WITHOUT ROWID;
INSERT INTO traces SELECT id, mark FROM marks m JOIN heads USING (no) WHERE trace;
ALTER TABLE marks RENAME TO old_marks;
CREATE TABLE marks (
    kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, head INTEGER NOT NULL,
    PRIMARY KEY (kind, mark, begun, head)
) WITHOUT ROWID;
INSERT INTO marks SELECT m.kind, mark, m.begun, id FROM old_marks m JOIN heads USING (no);
DROP TABLE old_marks;
