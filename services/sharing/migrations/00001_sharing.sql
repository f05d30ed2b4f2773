-- +goose Up

-- Times are BIGINT microseconds since 1970, 0 where there is none.
CREATE TABLE workflows (
  uid          TEXT PRIMARY KEY,
  workspace    TEXT NOT NULL,
  id           TEXT NOT NULL,
  title        TEXT NOT NULL,
  description  TEXT NOT NULL,
  live_version BIGINT NOT NULL,
  revision     BIGINT NOT NULL,
  forked_from  TEXT NOT NULL,
  create_time  BIGINT NOT NULL,
  update_time  BIGINT NOT NULL,
  delete_time  BIGINT NOT NULL,
  UNIQUE (workspace, id)
);
CREATE INDEX workflows_trash ON workflows (delete_time) WHERE delete_time <> 0;

-- Immutable. The definition is the bytes that were saved, which hash is the SHA-256 of.
CREATE TABLE versions (
  workflow    TEXT NOT NULL,
  number      BIGINT NOT NULL,
  definition  BYTEA NOT NULL,
  hash        TEXT NOT NULL,
  author      TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (workflow, number)
);

-- link is a hash of the link's token, which itself is nowhere. state is that of
-- keyhole.sharing.v1.ShareState; what the vault's guard has stopped is the vault's to say.
CREATE TABLE shares (
  uid               TEXT PRIMARY KEY,
  workspace         TEXT NOT NULL,
  workflow          TEXT NOT NULL,
  id                TEXT NOT NULL,
  link              TEXT NOT NULL UNIQUE,
  link_epoch        BIGINT NOT NULL,
  state             BIGINT NOT NULL,
  title             TEXT NOT NULL,
  version           BIGINT NOT NULL,
  follow_live       BOOLEAN NOT NULL,
  run_access        BIGINT NOT NULL,
  credential_access BIGINT NOT NULL,
  granted_hash      TEXT NOT NULL,
  charged_key       TEXT NOT NULL,
  limit_runs        BIGINT NOT NULL,
  limit_visitor     BIGINT NOT NULL,
  limit_calls       BIGINT NOT NULL,
  limit_period      BIGINT NOT NULL,
  limit_epoch       BIGINT NOT NULL,
  sinks_enabled     BOOLEAN NOT NULL,
  fork_disabled     BOOLEAN NOT NULL,
  expire_time       BIGINT NOT NULL,
  frame_origins     TEXT NOT NULL,
  samples           TEXT NOT NULL,
  create_time       BIGINT NOT NULL,
  update_time       BIGINT NOT NULL,
  UNIQUE (workflow, id)
);

-- A run is a reservation while it is open, and a charge for ever after. It names two
-- workspaces: whose workflow it is and who is charged. caller is who asked, visitor the
-- pseudonym of it that the owner sees.
CREATE TABLE runs (
  id                TEXT PRIMARY KEY,
  request_id        TEXT NOT NULL,
  caller            TEXT NOT NULL,
  caller_workspace  TEXT NOT NULL,
  owner_workspace   TEXT NOT NULL,
  charged_workspace TEXT NOT NULL,
  charged_key       TEXT NOT NULL,
  visitor           TEXT NOT NULL,
  workflow          TEXT NOT NULL,
  workflow_id       TEXT NOT NULL,
  version           BIGINT NOT NULL,
  version_hash      TEXT NOT NULL,
  share             TEXT NOT NULL,
  share_id          TEXT NOT NULL,
  rights            TEXT NOT NULL,
  scopes            TEXT NOT NULL,
  vault_open        BOOLEAN NOT NULL,
  lease             BIGINT NOT NULL,
  state             BIGINT NOT NULL,
  reason            TEXT NOT NULL,
  message           TEXT NOT NULL,
  steps             TEXT NOT NULL,
  day               TEXT NOT NULL,
  start_time        BIGINT NOT NULL,
  end_time          BIGINT NOT NULL,
  model_images      BIGINT NOT NULL,
  credential_calls  BIGINT NOT NULL,
  input_tokens      BIGINT NOT NULL,
  output_tokens     BIGINT NOT NULL
);
CREATE UNIQUE INDEX runs_request ON runs (caller, request_id) WHERE request_id <> '';
CREATE INDEX runs_key ON runs (charged_key, start_time);
CREATE INDEX runs_share ON runs (share, start_time) WHERE share <> '';
CREATE INDEX runs_caller ON runs (caller, start_time);
CREATE INDEX runs_charged ON runs (charged_workspace, start_time, id);
CREATE INDEX runs_owner ON runs (owner_workspace, start_time, id);
CREATE INDEX runs_open ON runs (lease) WHERE state = 1;
CREATE INDEX runs_vault ON runs (end_time) WHERE vault_open AND state <> 1;

-- The ledger. Rows are written once, with the end of their run, and never changed.
CREATE TABLE line_items (
  run           TEXT NOT NULL,
  step          TEXT NOT NULL,
  attempt       BIGINT NOT NULL,
  kind          TEXT NOT NULL,
  resource      TEXT NOT NULL,
  quantity      BIGINT NOT NULL,
  input_tokens  BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  end_unknown   BOOLEAN NOT NULL,
  PRIMARY KEY (run, step, attempt, kind, resource)
);

-- +goose Down
DROP TABLE line_items;
DROP TABLE runs;
DROP TABLE shares;
DROP TABLE versions;
DROP TABLE workflows;
