// Package registry owns models: their immutable versions, their artifacts, and who may use them.
//
// The root holds configuration and wiring. Imports point down:
//
//	registry
//	   |
//	artifacts
//	   |
//	models
//
// An artifact arrives as a stream, is hashed while it arrives, and is opened once in a model worker
// before its version is ready. A runner gets it with a run grant that lists it. The registry
// refuses to give it to anybody else, the owner included.
package registry
