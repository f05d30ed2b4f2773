-- +goose Up

-- When a credential was last used: the end of the entries of one credential.
CREATE INDEX attempts_of_credential ON attempts (credential, start_time);

-- +goose Down
DROP INDEX attempts_of_credential;
