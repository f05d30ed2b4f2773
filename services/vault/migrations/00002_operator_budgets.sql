-- +goose Up

-- The budget that the operator has set: the most that the workspace's members may set
-- budget_* to. NULL runs are no bound. Who set the budgets that there are is not known:
-- they are taken for the members' own.
ALTER TABLE api_keys ADD COLUMN allowed_runs BIGINT;
ALTER TABLE api_keys ADD COLUMN allowed_period BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE api_keys DROP COLUMN allowed_period;
ALTER TABLE api_keys DROP COLUMN allowed_runs;
