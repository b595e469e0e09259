-- For one day version 2 was another one. This takes such a file back to version 1, so that the
-- migrations can go on from there.
DROP INDEX heads_by_due;
DROP INDEX heads_by_owner;
ALTER TABLE heads DROP COLUMN due;
ALTER TABLE heads DROP COLUMN owner;
