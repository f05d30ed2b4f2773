-- +goose Up
-- A workflow has one draft at most. The etag is random and new with every change, so that
-- a draft that was discarded and made again never has an old one. base_version is 0 if the
-- draft was started without a version.
CREATE TABLE drafts (
  workflow     TEXT PRIMARY KEY,
  definition   BYTEA NOT NULL,
  hash         TEXT NOT NULL,
  base_version BIGINT NOT NULL,
  etag         TEXT NOT NULL,
  author       TEXT NOT NULL,
  create_time  BIGINT NOT NULL,
  update_time  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE drafts;
