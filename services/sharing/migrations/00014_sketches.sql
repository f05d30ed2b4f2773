-- +goose Up
-- What a list of workflows shows of a definition, so that it reads no definition: the outline
-- of its graph, the number of its problems and the models that it names, as a JSON list. A
-- workflow has one row for its live version and one for its draft.
CREATE TABLE sketches (
  workflow TEXT NOT NULL,
  draft    BOOLEAN NOT NULL,
  hash     TEXT NOT NULL,
  outline  BYTEA,
  problems BIGINT NOT NULL,
  models   TEXT NOT NULL,
  PRIMARY KEY (workflow, draft)
);

-- A list counts the runs of its workflows from this index alone.
DROP INDEX runs_owner;
CREATE INDEX runs_owner ON runs (owner_workspace, start_time, id, workflow);

-- The orders of a list of workflows, besides that by ID.
CREATE INDEX workflows_changed ON workflows (workspace, update_time, id);
CREATE INDEX workflows_title ON workflows (workspace, LOWER(CASE WHEN title = '' THEN id ELSE title END), id);

-- +goose Down
DROP INDEX workflows_title;
DROP INDEX workflows_changed;
DROP INDEX runs_owner;
CREATE INDEX runs_owner ON runs (owner_workspace, start_time, id);
DROP TABLE sketches;
