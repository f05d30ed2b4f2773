// Package layout keeps the shape of the repository by tests: which way imports point between and
// within services, which functions and files each service has, how large a package is, what each
// program links, which program needs cgo. It holds nothing else.
package layout
