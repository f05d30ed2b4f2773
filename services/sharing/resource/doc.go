// Package resource knows the names of sharing's resources and the refusals that every
// resource shares: not found, already taken, changed meanwhile, invalid.
//
// What it refuses: to tell a resource that does not exist from one of another
// workspace. Both have the same answer.
package resource
