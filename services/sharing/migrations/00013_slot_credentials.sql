-- +goose Up

-- Credentials that the owner chose for slots of this link, as a JSON list. Empty: those that
-- the version binds.
ALTER TABLE shares ADD COLUMN slot_credentials TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE shares DROP COLUMN slot_credentials;
