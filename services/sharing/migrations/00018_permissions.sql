-- +goose Up
-- What visitors of a link may not do, as fork_disabled says it of forks, and when the link begins to
-- work; 0 means always.
ALTER TABLE shares ADD COLUMN view_disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE shares ADD COLUMN run_disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE shares ADD COLUMN start_time BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE shares DROP COLUMN start_time;
ALTER TABLE shares DROP COLUMN run_disabled;
ALTER TABLE shares DROP COLUMN view_disabled;
