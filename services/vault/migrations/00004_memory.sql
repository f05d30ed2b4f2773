-- +goose Up

-- Which symbols of a value the answers to a share's runs have shown, in pieces that
-- are too small to stop anything by themselves: numbers of symbols, never symbols.
-- value is the value's fingerprint, so that what was shown stays known when the same
-- value is stored again. Rows are written before the text is let go. They end with the
-- value.
CREATE TABLE shown (
  workspace  TEXT   NOT NULL,
  value      TEXT   NOT NULL,
  share      TEXT   NOT NULL,
  place      BIGINT NOT NULL,
  first_time BIGINT NOT NULL,
  PRIMARY KEY (workspace, value, share, place)
);

-- One row for each time that the guard has suspended a share: what its owner is told,
-- and what says when a value must be replaced.
CREATE TABLE suspensions (
  id         TEXT    NOT NULL PRIMARY KEY,
  workspace  TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  share      TEXT    NOT NULL,
  credential TEXT    NOT NULL,
  run        TEXT    NOT NULL,
  time       BIGINT  NOT NULL,
  characters BIGINT  NOT NULL,
  chance     BOOLEAN NOT NULL,
  most       BIGINT  NOT NULL
);
CREATE INDEX suspensions_of_value ON suspensions (workspace, value);
CREATE INDEX suspensions_of_share ON suspensions (workspace, share, time);

-- +goose Down
DROP TABLE suspensions;
DROP TABLE shown;
