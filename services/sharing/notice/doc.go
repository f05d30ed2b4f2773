// Package notice has the texts that an owner reads about a share: what opening a setting
// means, and why a share waits for its owner. User interfaces show these texts and have
// none of their own.
//
// What it refuses: to decide anything. Callers say what was detected.
package notice
