package sqldb

import "time"

// Options tune a database. The zero value suits a service.
type Options struct {
	// MaxConns bounds the connections to PostgreSQL, or SQLite's readers. 0 means 16 for
	// PostgreSQL and 4 for SQLite, where each has a cache of about 2 MB.
	MaxConns int
	// BatchSize bounds the writes that share a commit. 0 means 256.
	BatchSize int
	// BatchTimeout bounds one shared transaction, so that a stuck database cannot block its
	// writers indefinitely. 0 means 30 s.
	BatchTimeout time.Duration
	// ConnectTimeout bounds the wait for a PostgreSQL server that is still starting. 0
	// means 15 s.
	ConnectTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.BatchSize <= 0 {
		o.BatchSize = 256
	}
	if o.BatchTimeout <= 0 {
		o.BatchTimeout = 30 * time.Second
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 15 * time.Second
	}
	return o
}
