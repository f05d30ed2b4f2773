// Package name reads the names of resources as people type them: in full, without the
// workspace, or only the ids. It refuses a name of another kind, and says which forms it
// accepts. It makes no requests, and does not check that the resource exists.
package name
