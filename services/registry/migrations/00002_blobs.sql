-- +goose Up
-- Where a version's artifact lies. Until now its hash said so, and versions of equal
-- bytes had one artifact in common.
ALTER TABLE model_versions ADD COLUMN blob TEXT NOT NULL DEFAULT '';
UPDATE model_versions SET blob = sha256;

-- +goose Down
ALTER TABLE model_versions DROP COLUMN blob;
