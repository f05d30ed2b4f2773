// Package exposure owns what answers have shown of hidden values, and the suspensions that followed.
//
// It judges: how much a link may show of a value before it is suspended, and how many suspensions a value
// withstands. It stores positions and never characters. It does not suspend a share itself.
package exposure
