// Package id makes identifiers: a prefix that says what is named, and a UUID
// version 7, so that ids sort by the time they were made.
package id

import (
	"strings"

	"github.com/google/uuid"
)

// New returns prefix + "_" + a new UUID v7. Ids of one process increase.
// They are names, not secrets: their time part can be guessed.
func New(prefix string) string {
	return prefix + "_" + uuid.Must(uuid.NewV7()).String()
}

// Valid reports whether s is an id in the form that New(prefix) gives.
func Valid(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(rest) != 36 || rest != strings.ToLower(rest) {
		return false
	}
	u, err := uuid.Parse(rest)
	return err == nil && u.Version() == 7
}
