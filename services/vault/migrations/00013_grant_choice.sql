-- +goose Up

-- A share may choose other credentials than its version binds. The choice of the row of the
-- share must be the one that was granted.
ALTER TABLE credential_grants ADD COLUMN choice TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE credential_grants DROP COLUMN choice;
