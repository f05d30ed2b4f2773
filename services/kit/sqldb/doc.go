// Package sqldb opens the database of a service: SQLite for one machine, PostgreSQL for
// many, both behind database/sql.
//
// One SQL text and one set of goose migrations serve both engines. They use $1 parameters,
// ON CONFLICT ... DO UPDATE ... RETURNING, row-value paging, BYTEA, BOOLEAN, BIGINT
// microseconds for times and TEXT for JSON. TEXT primary keys are NOT NULL, because SQLite
// would accept NULL. Locks, isolation and limits differ, so the suite of every store runs
// on both engines.
//
// There are three ways to use a database: Query for reads, Tx for a separate transaction,
// and Group for many small writes that share one durable commit.
//
// It refuses a write inside of a write to the same database, which would wait for itself.
package sqldb
