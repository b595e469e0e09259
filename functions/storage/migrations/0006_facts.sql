-- Facts about the store itself, such as the fingerprint of its secret.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
