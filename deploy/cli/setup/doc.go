// Package setup has the commands that prepare an installation: certificates of a development
// authority, and the demo. An authority for production is another program's task.
package setup
