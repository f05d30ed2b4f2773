-- +goose Up
-- What visitors report about links. name, title and link_epoch are those at the time of the report, so that
-- it stays when the workflow is purged. reporter is a pseudonym.
CREATE TABLE reports (
  id          TEXT PRIMARY KEY,
  workspace   TEXT NOT NULL,
  share       TEXT NOT NULL,
  name        TEXT NOT NULL,
  title       TEXT NOT NULL,
  link_epoch  BIGINT NOT NULL,
  reporter    TEXT NOT NULL,
  kind        BIGINT NOT NULL,
  text        TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  UNIQUE (share, reporter)
);
CREATE INDEX reports_workspace ON reports (workspace, create_time, id);
CREATE INDEX reports_time ON reports (create_time, id);
CREATE INDEX reports_reporter ON reports (reporter, create_time);

-- +goose Down
DROP TABLE reports;
