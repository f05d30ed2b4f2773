// Package completion writes the scripts that complete commands and flags in a shell. A script
// contains all words, so it starts no program and sends no request.
package completion
