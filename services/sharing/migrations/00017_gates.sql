-- +goose Up
-- Who may open a link, as a JSON object; empty means everybody who has it. gate_epoch changes with the
-- gate and when a stopped link is resumed: earlier passes are dead.
ALTER TABLE shares ADD COLUMN gate TEXT NOT NULL DEFAULT '';
ALTER TABLE shares ADD COLUMN gate_epoch BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE shares DROP COLUMN gate_epoch;
ALTER TABLE shares DROP COLUMN gate;
