-- +goose Up

CREATE TABLE workspaces (
  id          TEXT   NOT NULL PRIMARY KEY,
  title       TEXT   NOT NULL,
  create_time BIGINT NOT NULL
);
CREATE INDEX workspaces_by_time ON workspaces (create_time, id);

-- hash is the SHA-256 of the key; the guest key has none, for nobody presents it.
CREATE TABLE api_keys (
  workspace     TEXT   NOT NULL REFERENCES workspaces (id),
  id            TEXT   NOT NULL,
  kind          TEXT   NOT NULL,
  title         TEXT   NOT NULL,
  prefix        TEXT   NOT NULL,
  hash          BYTEA  UNIQUE,
  budget_runs   BIGINT,
  budget_period BIGINT NOT NULL,
  create_time   BIGINT NOT NULL,
  revoke_time   BIGINT,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX api_keys_by_time ON api_keys (workspace, create_time, id);

-- A workspace's data key, wrapped by the key-encryption key.
CREATE TABLE data_keys (
  workspace   TEXT   NOT NULL PRIMARY KEY REFERENCES workspaces (id),
  wrapped     BYTEA  NOT NULL,
  create_time BIGINT NOT NULL
);

-- uid tells a credential from a later one of the same id.
CREATE TABLE credentials (
  workspace   TEXT    NOT NULL REFERENCES workspaces (id),
  id          TEXT    NOT NULL,
  uid         TEXT    NOT NULL UNIQUE,
  provider    TEXT    NOT NULL,
  title       TEXT    NOT NULL,
  hosts       TEXT    NOT NULL,
  slot_kind   BIGINT  NOT NULL,
  slot_name   TEXT    NOT NULL,
  fingerprint TEXT    NOT NULL,
  guardable   BOOLEAN NOT NULL,
  version     BIGINT  NOT NULL,
  create_time BIGINT  NOT NULL,
  update_time BIGINT  NOT NULL,
  PRIMARY KEY (workspace, id)
);

-- Only the newest version of a credential has a row: a replaced value is gone.
CREATE TABLE credential_versions (
  workspace   TEXT   NOT NULL,
  uid         TEXT   NOT NULL REFERENCES credentials (uid) ON DELETE CASCADE,
  version     BIGINT NOT NULL,
  sealed      BYTEA  NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, uid, version)
);

CREATE TABLE credential_grants (
  share        TEXT   NOT NULL PRIMARY KEY,
  workspace    TEXT   NOT NULL REFERENCES workspaces (id),
  version_hash TEXT   NOT NULL,
  slots        TEXT   NOT NULL,
  calls        BIGINT NOT NULL,
  period       BIGINT NOT NULL,
  granted_by   TEXT   NOT NULL,
  create_time  BIGINT NOT NULL,
  suspend_time BIGINT
);

-- One row for each use of a handle, written before the call: the intent, the
-- audit entry and what counters are rebuilt from. The primary key is what makes
-- a second use impossible, whatever becomes of Redis.
CREATE TABLE attempts (
  run                TEXT   NOT NULL,
  step               TEXT   NOT NULL,
  field              TEXT   NOT NULL,
  attempt            BIGINT NOT NULL,
  id                 TEXT   NOT NULL,
  workspace          TEXT   NOT NULL,
  share              TEXT   NOT NULL,
  credential         TEXT   NOT NULL,
  credential_version BIGINT NOT NULL,
  destination        TEXT   NOT NULL,
  charged_key        TEXT   NOT NULL,
  peer               TEXT   NOT NULL,
  start_time         BIGINT NOT NULL,
  end_time           BIGINT,
  outcome            TEXT   NOT NULL DEFAULT '',
  PRIMARY KEY (run, step, field, attempt)
);
CREATE INDEX attempts_of_workspace ON attempts (workspace, id);
CREATE INDEX attempts_of_share ON attempts (share, start_time) WHERE share <> '';

CREATE TABLE audit_events (
  workspace TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  time      BIGINT NOT NULL,
  actor     TEXT   NOT NULL,
  action    TEXT   NOT NULL,
  resource  TEXT   NOT NULL,
  outcome   TEXT   NOT NULL,
  details   TEXT   NOT NULL,
  PRIMARY KEY (workspace, id)
);

CREATE TABLE ended_runs (
  run      TEXT   NOT NULL PRIMARY KEY,
  end_time BIGINT NOT NULL
);
CREATE INDEX ended_runs_by_time ON ended_runs (end_time);
