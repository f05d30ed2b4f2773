// Package workspaces owns the tenants. It refuses ids that a reader or the gateway would take for something
// else, and it shows other workspaces only the title of one.
package workspaces
