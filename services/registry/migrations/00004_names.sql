-- +goose Up
-- The names that the other services use for times, and one word for artifacts without a version.
ALTER TABLE models RENAME COLUMN created_us TO create_time;
ALTER TABLE model_versions RENAME COLUMN created_us TO create_time;
ALTER TABLE loose_blobs RENAME COLUMN since_us TO orphan_time;
ALTER TABLE loose_blobs RENAME TO orphaned_blobs;

-- +goose Down
ALTER TABLE orphaned_blobs RENAME TO loose_blobs;
ALTER TABLE loose_blobs RENAME COLUMN orphan_time TO since_us;
ALTER TABLE model_versions RENAME COLUMN create_time TO created_us;
ALTER TABLE models RENAME COLUMN create_time TO created_us;
