// Package document parses JSON of strangers. It keeps the byte span of every value, so that
// a value can be replaced while all other bytes stay unchanged. It refuses ambiguous JSON:
// duplicate keys, invalid UTF-8, lone surrogates, unbounded depth or size.
package document
