-- +goose Up

-- Who made an invitation: the resource names of the session that asked, and of the session that approved that one ('' for
-- none). A person who ends a session learns which invitations it left behind. The key of a person who joins gets them as
-- its own made_session and made_parent.
ALTER TABLE invitations ADD COLUMN made_session TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN made_parent TEXT NOT NULL DEFAULT '';
CREATE INDEX invitations_made_by_session ON invitations (made_session) WHERE made_session <> '';
CREATE INDEX invitations_made_by_parent ON invitations (made_parent) WHERE made_parent <> '';
CREATE INDEX invitations_made_by_key ON invitations (workspace, key_id);

-- +goose Down
DROP INDEX invitations_made_by_key;
DROP INDEX invitations_made_by_parent;
DROP INDEX invitations_made_by_session;
ALTER TABLE invitations DROP COLUMN made_parent;
ALTER TABLE invitations DROP COLUMN made_session;
