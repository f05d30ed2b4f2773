-- +goose Up

-- Who signs in with the operator's identity provider: the provider's name for a person (issuer and subject), the person
-- in a workspace, and the key of the person's sessions. Nobody has the text of that key. The row goes when no rule
-- gives access any more. It stays when an owner removes the person, so that the person cannot come back by signing in.
CREATE TABLE identities (
  issuer      TEXT   NOT NULL,
  subject     TEXT   NOT NULL,
  workspace   TEXT   NOT NULL,
  person      TEXT   NOT NULL,
  key_id      TEXT   NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject, workspace),
  FOREIGN KEY (workspace, person) REFERENCES people (workspace, id),
  FOREIGN KEY (workspace, key_id) REFERENCES api_keys (workspace, id)
);
CREATE INDEX identities_of_key ON identities (workspace, key_id);

-- +goose Down
DROP TABLE identities;
