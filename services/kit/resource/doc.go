// Package resource owns resource names of the form "workspaces/{workspace}/{kind}/{id}", update
// masks, and the errors that all resources answer with. It refuses to tell a resource that does not
// exist from one of another workspace.
package resource
