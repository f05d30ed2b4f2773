-- +goose Up
-- A name in definitions, and the model that it means. number is 0 for the newest version.
-- The model may be gone: the name then means nothing.
CREATE TABLE model_aliases (
  workspace        TEXT   NOT NULL,
  id               TEXT   NOT NULL,
  target_workspace TEXT   NOT NULL,
  target_model     TEXT   NOT NULL,
  target_number    BIGINT NOT NULL,
  create_time      BIGINT NOT NULL,
  update_time      BIGINT NOT NULL,
  PRIMARY KEY (workspace, id)
);

-- +goose Down
DROP TABLE model_aliases;
