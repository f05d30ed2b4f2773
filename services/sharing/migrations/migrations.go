// Package migrations holds sharing's schema, one set for both engines.
package migrations

import "embed"

// Files are the goose migrations.
//
//go:embed *.sql
var Files embed.FS
