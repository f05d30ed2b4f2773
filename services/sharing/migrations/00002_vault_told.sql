-- +goose Up

-- The vault is told of a run's end before the run is booked: vault_open says that the
-- run has handles there, and nothing is looked for any more.
DROP INDEX runs_vault;

-- +goose Down
CREATE INDEX runs_vault ON runs (end_time) WHERE vault_open AND state <> 1;
