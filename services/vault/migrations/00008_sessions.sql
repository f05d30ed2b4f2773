-- +goose Up

-- A signed-in browser or command line. It acts with one key: without that key's row it is nothing. hash is the
-- SHA-256 of its token. A row ends with expire_time, or when somebody ends it: then it is deleted.
CREATE TABLE sessions (
  workspace   TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  key_id      TEXT   NOT NULL,
  hash        BYTEA  NOT NULL UNIQUE,
  title       TEXT   NOT NULL,
  create_time BIGINT NOT NULL,
  use_time    BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, key_id) REFERENCES api_keys (workspace, id)
);
CREATE INDEX sessions_by_time ON sessions (workspace, create_time, id);
CREATE INDEX sessions_of_key ON sessions (workspace, key_id, use_time);
CREATE INDEX sessions_by_end ON sessions (expire_time);

-- The code of a sign-in link that nobody has used. Its use deletes the row, so that a code works once.
CREATE TABLE sign_in_codes (
  hash        BYTEA  NOT NULL PRIMARY KEY,
  workspace   TEXT   NOT NULL,
  key_id      TEXT   NOT NULL,
  expire_time BIGINT NOT NULL,
  FOREIGN KEY (workspace, key_id) REFERENCES api_keys (workspace, id)
);
CREATE INDEX sign_in_codes_of_key ON sign_in_codes (workspace, key_id, expire_time);
CREATE INDEX sign_in_codes_by_end ON sign_in_codes (expire_time);

-- +goose Down
DROP TABLE sign_in_codes;
DROP TABLE sessions;
