-- +goose Up

-- Where the link promises to send the credentials of its visitors: a JSON object with a
-- hash of the places for each credential input. Written when the link is made or rotated.
ALTER TABLE shares ADD COLUMN promise TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE shares DROP COLUMN promise;
