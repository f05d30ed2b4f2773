// Package titles finds the titles of the resources that a page of runs or sums names.
//
// What it refuses: to find the title of another workspace's resource, and to fail because
// the vault, which has the titles of keys and credentials, is away.
package titles
