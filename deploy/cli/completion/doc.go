// Package completion writes the scripts that complete commands and flags in a shell. A script
// has all words in it: it starts no program and sends no request.
package completion
