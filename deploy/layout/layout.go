// Package layout tests the structure of the repository: the directions of imports between and
// within services, the order of files within packages, the functions and files of each
// service, the size of packages, the modules that each program links, which program needs cgo,
// and the words of texts. It contains only tests.
package layout
