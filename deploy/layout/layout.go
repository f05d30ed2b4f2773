// Package layout tests the structure of the repository: the directions of imports between
// and within services, the functions and files of each service, the size of packages, the
// modules that each program links, and which program needs cgo. It has no other content.
package layout
