// Package resource owns resource names of the form "workspaces/{workspace}/{kind}/{id}"
// (AIP-122), update masks (AIP-134), and the errors that all resources share. Its errors do
// not distinguish a resource that does not exist from one of another workspace.
package resource
