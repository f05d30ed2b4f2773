-- +goose Up

-- body is the fingerprint of what is private in a value: "sk-x" and "Bearer sk-x" have one. What answers
-- have shown of a value, and the suspensions that followed, are kept under it. They outlive the credential,
-- because the same value may be stored again.
ALTER TABLE credentials ADD COLUMN body TEXT NOT NULL DEFAULT '';
UPDATE credentials SET body = fingerprint;

-- weak says that a symbol was shown in a small piece, in a text in which such pieces occur by chance.
DROP TABLE shown;
CREATE TABLE shown (
  workspace  TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  share      TEXT    NOT NULL,
  place      BIGINT  NOT NULL,
  weak       BOOLEAN NOT NULL,
  first_time BIGINT  NOT NULL,
  PRIMARY KEY (workspace, value, share, place, weak)
);

-- +goose Down
DROP TABLE shown;
CREATE TABLE shown (
  workspace  TEXT   NOT NULL,
  value      TEXT   NOT NULL,
  share      TEXT   NOT NULL,
  place      BIGINT NOT NULL,
  first_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, value, share, place)
);
ALTER TABLE credentials DROP COLUMN body;
