-- +goose Up

-- Which workflows name a credential in their live version, as sharing tells: a
-- credential in use is not deleted by mistake. used_by is a resource name.
CREATE TABLE credential_uses (
  workspace  TEXT NOT NULL,
  used_by    TEXT NOT NULL,
  credential TEXT NOT NULL,
  PRIMARY KEY (workspace, used_by, credential)
);
CREATE INDEX credential_uses_of ON credential_uses (workspace, credential, used_by);

-- +goose Down
DROP TABLE credential_uses;
