-- +goose Up
-- The time in microseconds since which the vault's grant may differ from the row; 0 if it does not.
DROP INDEX shares_grant_doubt;
ALTER TABLE shares RENAME COLUMN grant_doubt TO grant_pending_since;
CREATE INDEX shares_grant_pending ON shares (grant_pending_since) WHERE grant_pending_since <> 0;

-- +goose Down
DROP INDEX shares_grant_pending;
ALTER TABLE shares RENAME COLUMN grant_pending_since TO grant_doubt;
CREATE INDEX shares_grant_doubt ON shares (grant_doubt) WHERE grant_doubt <> 0;
