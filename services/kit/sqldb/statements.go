package sqldb

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the cache. A store has about 20 texts. Texts that are built from
// input would fill it; further ones are prepared each time.
const maxStatements = 512

// statements caches prepared reads on SQLite, because the driver would compile the text on
// every call, which costs more than most reads. PostgreSQL's driver has its own cache. A
// nil *statements caches nothing.
type statements struct {
	db *sql.DB
	// mu guards m. No statement is prepared under it: two callers may prepare the same text, and
	// the second closes its own.
	mu sync.RWMutex
	m  map[string]*sql.Stmt
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, m: make(map[string]*sql.Stmt)}
}

// get returns the prepared statement, or nil if the text cannot be prepared or cached. The
// caller then runs the text itself and gets the error.
func (s *statements) get(ctx context.Context, query string) *sql.Stmt {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	stmt, full := s.m[query], len(s.m) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt
	}
	stmt, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.m[query]; ok {
		_ = stmt.Close()
		return first
	}
	if s.m == nil { // closed meanwhile
		_ = stmt.Close()
		return nil
	}
	s.m[query] = stmt
	return stmt
}

func (s *statements) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.m {
		_ = stmt.Close()
	}
	s.m = nil
}
