// Package document parses JSON that strangers wrote. It keeps the byte span of every value,
// so that a value can be replaced while all other bytes stay unchanged. It refuses ambiguous
// JSON: duplicate keys, invalid UTF-8, lone surrogates, unbounded depth or size.
package document
