-- Lists by due day, owner and mark; counters by month; messages to be sent.
ALTER TABLE heads RENAME COLUMN changed_at TO begun;
ALTER TABLE heads ADD COLUMN due TEXT NOT NULL DEFAULT '';
ALTER TABLE heads ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE heads ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
UPDATE heads SET begun = (SELECT at FROM events WHERE events.no = heads.no AND seq = 1);
DROP INDEX heads_by_change;
DROP INDEX heads_by_state;
CREATE INDEX heads_by_due ON heads (kind, state, due, no);
CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no);
CREATE TABLE marks (
    kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, no TEXT NOT NULL,
    trace INTEGER NOT NULL, PRIMARY KEY (kind, mark, begun, no)
) WITHOUT ROWID;
CREATE INDEX traces ON marks (no) WHERE trace;
INSERT INTO marks SELECT kind, '', begun, no, 0 FROM heads;
CREATE TABLE tallies (
    month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
) WITHOUT ROWID;
CREATE TABLE messages (
    id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX messages_by_turn ON messages (state, next_at);
