-- +goose Up

-- Origins whose pages may run the share from a browser: a JSON list.
ALTER TABLE shares ADD COLUMN run_origins TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE shares DROP COLUMN run_origins;
