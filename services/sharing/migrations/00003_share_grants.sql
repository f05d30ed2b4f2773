-- +goose Up

-- When what the vault has granted to a share was last put in doubt: it is set before
-- the vault is asked to change a grant, and wherever a share loses the use for one, and
-- cleared when vault and row are known to agree. 0 where there is no doubt.
ALTER TABLE shares ADD COLUMN grant_doubt BIGINT NOT NULL DEFAULT 0;
CREATE INDEX shares_grant_doubt ON shares (grant_doubt) WHERE grant_doubt <> 0;

-- +goose Down
DROP INDEX shares_grant_doubt;
ALTER TABLE shares DROP COLUMN grant_doubt;
