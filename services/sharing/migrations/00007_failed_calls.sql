-- +goose Up

-- How many of a line item's calls failed: usage tells the owner of the credential.
ALTER TABLE line_items ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE line_items DROP COLUMN failed;
