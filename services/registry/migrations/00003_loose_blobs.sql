-- +goose Up
-- Artifacts that no version may name: of an upload between its artifact and its row, or
-- of a version that is gone. What a process that dies leaves behind is found here.
CREATE TABLE loose_blobs (
  workspace TEXT   NOT NULL,
  blob      TEXT   NOT NULL,
  since_us  BIGINT NOT NULL,
  PRIMARY KEY (workspace, blob)
);

-- +goose Down
DROP TABLE loose_blobs;
