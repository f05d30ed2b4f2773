// Package compiled turns a definition into a workflow that is ready to run, once for each hash.
//
// It owns the cache of compiled workflows and the error that lists what is wrong with a
// definition. A definition compiles to the same workflow for every caller, so runs of different
// workspaces share one. It refuses a definition whose bytes do not have the hash they are
// requested under, and it keeps nothing of a run.
package compiled
