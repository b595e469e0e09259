-- Most of a history can be derived from nothing else, so nobody would notice damage without a
-- checksum.
ALTER TABLE heads ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
UPDATE heads SET crc = row_crc(no, kind, version, state, begun, data, due, owner, marks);
ALTER TABLE events ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
UPDATE events SET crc = row_crc(head, seq, kind, by, at, data);
ALTER TABLE personal ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
UPDATE personal SET crc = row_crc(head, seq, sealed);
