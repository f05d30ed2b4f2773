// Package welcome prints what a new installation with the demo has, and how to try it. It
// prints the owner's key only when the first start passes it, because nothing stores the key.
package welcome
