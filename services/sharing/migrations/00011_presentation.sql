-- +goose Up

-- What visitors of a link read and in which order, as a JSON object.
ALTER TABLE shares ADD COLUMN presentation TEXT NOT NULL DEFAULT '{}';

-- Stored results of the samples of a share. basis is a hash of the version and the sample
-- that a result belongs to: with any other basis it is not shown.
CREATE TABLE share_examples (
  share       TEXT NOT NULL,
  sample      TEXT NOT NULL,
  basis       TEXT NOT NULL,
  outputs     BYTEA NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (share, sample)
);

-- +goose Down
DROP TABLE share_examples;
ALTER TABLE shares DROP COLUMN presentation;
