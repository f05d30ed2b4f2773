-- +goose Up
-- What the model aliases of a version meant when it was saved or shared: a JSON object from
-- the id in the definition to the name of a model version. Links use it; own runs do not.
ALTER TABLE versions ADD COLUMN model_pins TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE versions DROP COLUMN model_pins;
