-- +goose Up

-- How many pictures a run brought in, which count against limits like the run itself.
-- What is limited to no number here has the default: ten for each allowed run.
ALTER TABLE runs ADD COLUMN pictures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shares ADD COLUMN limit_pictures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shares ADD COLUMN limit_visitor_pictures BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE shares DROP COLUMN limit_visitor_pictures;
ALTER TABLE shares DROP COLUMN limit_pictures;
ALTER TABLE runs DROP COLUMN pictures;
