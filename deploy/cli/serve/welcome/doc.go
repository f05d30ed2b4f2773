// Package welcome prints what a new installation with the demo contains, and how to try it.
// It prints the owner's key only at the first start, because nothing stores the key.
package welcome
