-- +goose Up

-- A run's own charge is its row; line items are what it used besides.
DELETE FROM line_items WHERE kind = 'run';

-- +goose Down
-- Nothing: the charges are in the runs.
SELECT 1;
