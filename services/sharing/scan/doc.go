// Package scan reads the rows of sharing's queries and writes their lists of parameters.
//
// What it refuses: to know a table. Each package keeps its own statements.
package scan
