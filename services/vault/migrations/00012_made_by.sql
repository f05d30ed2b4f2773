-- +goose Up

-- Who made a key: the resource names of the key that asked, of its session, and of the session that approved that one
-- ('' for none). A person who ends a session learns which keys it left behind.
ALTER TABLE api_keys ADD COLUMN made_key TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN made_session TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN made_parent TEXT NOT NULL DEFAULT '';
CREATE INDEX api_keys_made_by_key ON api_keys (made_key) WHERE made_key <> '';
CREATE INDEX api_keys_made_by_session ON api_keys (made_session) WHERE made_session <> '';
CREATE INDEX api_keys_made_by_parent ON api_keys (made_parent) WHERE made_parent <> '';

-- A session that was approved by another one (parent, its id) ends with it. max_time is the last moment of a session.
ALTER TABLE sessions ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN max_time BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET max_time = create_time + 2592000000000;
CREATE INDEX sessions_of_parent ON sessions (workspace, parent) WHERE parent <> '';

-- An approval is a code that works only together with the secret behind its challenge.
ALTER TABLE sign_in_codes ADD COLUMN challenge TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in_codes ADD COLUMN parent TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sign_in_codes DROP COLUMN parent;
ALTER TABLE sign_in_codes DROP COLUMN challenge;
DROP INDEX sessions_of_parent;
ALTER TABLE sessions DROP COLUMN max_time;
ALTER TABLE sessions DROP COLUMN parent;
DROP INDEX api_keys_made_by_parent;
DROP INDEX api_keys_made_by_session;
DROP INDEX api_keys_made_by_key;
ALTER TABLE api_keys DROP COLUMN made_parent;
ALTER TABLE api_keys DROP COLUMN made_session;
ALTER TABLE api_keys DROP COLUMN made_key;
