// Package models owns models and their versions: names, visibility, aliases, and which version a
// model ID of a definition means.
//
// It refuses to touch artifacts. A deletion tells package artifacts, through an interface, which
// versions are gone.
package models
