-- +goose Up

-- Somebody who works in a workspace. role is 1 (viewer), 2 (editor) or 3 (owner). The row stays when the person is
-- removed, so that the keys in the audit log keep their person.
CREATE TABLE people (
  workspace   TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  title       TEXT   NOT NULL,
  email       TEXT   NOT NULL,
  role        BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  remove_time BIGINT,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace) REFERENCES workspaces (id)
);
CREATE INDEX people_by_time ON people (workspace, create_time, id);

-- The person that a key belongs to; '' for a key of no person.
ALTER TABLE api_keys ADD COLUMN person TEXT NOT NULL DEFAULT '';
CREATE INDEX api_keys_of_person ON api_keys (workspace, person);

-- An invitation that nobody has accepted. It ends with the key that made it. hash is the SHA-256 of its code. Its use
-- deletes the row, so that it works once.
CREATE TABLE invitations (
  workspace   TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  hash        BYTEA  NOT NULL UNIQUE,
  role        BIGINT NOT NULL,
  email       TEXT   NOT NULL,
  key_id      TEXT   NOT NULL,
  create_time BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, key_id) REFERENCES api_keys (workspace, id)
);
CREATE INDEX invitations_by_time ON invitations (workspace, create_time, id);
CREATE INDEX invitations_by_end ON invitations (expire_time);

-- A visitor's try to create a workspace, to limit how many follow. visitor is a pseudonym of an address, and workspace
-- the id of what was created, or ''.
CREATE TABLE sign_ups (
  id          TEXT   NOT NULL PRIMARY KEY,
  visitor     TEXT   NOT NULL,
  workspace   TEXT   NOT NULL,
  create_time BIGINT NOT NULL
);
CREATE INDEX sign_ups_by_time ON sign_ups (create_time);

-- +goose Down
DROP TABLE sign_ups;
DROP TABLE invitations;
DROP INDEX api_keys_of_person;
ALTER TABLE api_keys DROP COLUMN person;
DROP TABLE people;
