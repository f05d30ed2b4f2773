// Package layout keeps the shape of the repository by tests: which way imports
// point, what each program links, which program needs cgo. It holds nothing else.
package layout
