-- +goose Up

-- Text that stands before the value in a header.
ALTER TABLE credentials ADD COLUMN slot_prefix TEXT NOT NULL DEFAULT '';
