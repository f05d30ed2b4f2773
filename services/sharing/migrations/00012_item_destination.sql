-- +goose Up

-- Provider and destination of the calls of a line item, for its owner.
ALTER TABLE line_items ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE line_items ADD COLUMN destination TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE line_items DROP COLUMN destination;
ALTER TABLE line_items DROP COLUMN provider;
