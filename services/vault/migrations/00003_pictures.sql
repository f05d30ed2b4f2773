-- +goose Up

-- Pictures in the runs that a budget allows; 0 is ten for each of them.
ALTER TABLE api_keys ADD COLUMN budget_pictures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN allowed_pictures BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE api_keys DROP COLUMN allowed_pictures;
ALTER TABLE api_keys DROP COLUMN budget_pictures;
