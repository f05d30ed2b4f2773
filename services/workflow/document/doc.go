// Package document reads JSON that strangers wrote. It keeps the byte span of every
// value, so that a value can be replaced while all other bytes stay as they came,
// and it refuses what could be read in two ways: duplicate keys, invalid UTF-8, lone
// surrogates, unbounded depth or size.
package document
