// Package id makes identifiers: a prefix that says what is named, and a UUID
// version 7, so that ids sort by the time they were made.
package id

import "github.com/google/uuid"

// New returns prefix + "_" + a new UUID v7. Ids of one process increase.
// They are names, not secrets: their time part can be guessed.
func New(prefix string) string {
	return prefix + "_" + uuid.Must(uuid.NewV7()).String()
}
