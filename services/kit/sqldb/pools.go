package sqldb

import (
	"database/sql"
	"errors"
	"fmt"
)

// Engine is the kind of a database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// pools are the connections to one database.
type pools struct {
	engine Engine
	write  *sql.DB // SQLite: one connection, because SQLite has one writer
	read   *sql.DB // PostgreSQL: the same pool as write
	// batches runs shared transactions. SQLite: the same pool as write.
	batches *sql.DB
	stmts   *statements
}

func (p *pools) close() error {
	p.stmts.close()
	err := p.write.Close()
	for _, pool := range []*sql.DB{p.read, p.batches} {
		if pool != p.write {
			err = errors.Join(err, pool.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}
