// Package envelope owns the key-encryption key, the keys that are derived from it, and the data keys
// of workspaces that it wraps. It seals and opens values.
//
// It refuses a key file that others can read or change, and it does not know what it seals: its callers
// name the workspace and the data that a value is bound to.
package envelope
