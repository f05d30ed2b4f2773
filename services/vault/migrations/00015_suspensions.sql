-- +goose Up
-- What the operator has suspended: a workspace, a key or a share, by name.
CREATE TABLE operator_suspensions (
  workspace   TEXT NOT NULL,
  id          TEXT NOT NULL,
  target      TEXT NOT NULL,
  reason      TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, target)
);
CREATE INDEX operator_suspensions_time ON operator_suspensions (workspace, create_time, id);

-- +goose Down
DROP TABLE operator_suspensions;
