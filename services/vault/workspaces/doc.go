// Package workspaces owns the tenants. It refuses ids that a reader or the gateway could take for something else. To
// other workspaces it shows the title of a workspace and nothing more.
package workspaces
