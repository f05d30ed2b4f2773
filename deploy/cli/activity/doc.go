// Package activity has the commands that show what happened: runs, usage and the audit log.
// It changes nothing.
package activity
