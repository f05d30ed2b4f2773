-- +goose Up
-- The credentials that a definition names, as a JSON list. NULL in a sketch from before: the
-- list of workflows draws that one again, like that of a definition without a sketch.
ALTER TABLE sketches ADD COLUMN credentials TEXT;

-- +goose Down
ALTER TABLE sketches DROP COLUMN credentials;
