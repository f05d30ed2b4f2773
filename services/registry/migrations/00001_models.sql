-- +goose Up
CREATE TABLE models (
  workspace   TEXT    NOT NULL,
  model       TEXT    NOT NULL,
  title       TEXT    NOT NULL,
  task        TEXT    NOT NULL,
  public      BOOLEAN NOT NULL,
  next_number BIGINT  NOT NULL DEFAULT 1,
  created_us  BIGINT  NOT NULL,
  PRIMARY KEY (workspace, model)
);

CREATE TABLE model_versions (
  workspace  TEXT    NOT NULL,
  model      TEXT    NOT NULL,
  number     BIGINT  NOT NULL,
  state      BIGINT  NOT NULL,
  sha256     TEXT    NOT NULL DEFAULT '',
  size_bytes BIGINT  NOT NULL DEFAULT 0,
  problem    TEXT    NOT NULL DEFAULT '',
  signature  TEXT    NOT NULL DEFAULT '{}',
  created_us BIGINT  NOT NULL,
  PRIMARY KEY (workspace, model, number),
  FOREIGN KEY (workspace, model) REFERENCES models (workspace, model) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE model_versions;
DROP TABLE models;
