// Package workflow has the commands for workflows, their versions and drafts, and
// for the blocks and templates to make them from.
// It finds a definition in its file but does not compile it: the server judges it.
package workflow
