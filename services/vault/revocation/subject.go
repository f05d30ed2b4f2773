package revocation

import "strings"

// Subjects name what can change or end: keys of caches, what running calls rest on, and messages between
// replicas.

const keyPrefix = "key "

// Run is the subject of a run.
func Run(run string) string { return "run " + run }

// Key is the subject of an API key.
func Key(name string) string { return keyPrefix + name }

// IsKey reports whether a subject is an API key.
func IsKey(subject string) bool { return strings.HasPrefix(subject, keyPrefix) }

// Credential is the subject of a credential.
func Credential(name string) string { return "credential " + name }

// Grant is the subject of the credential grant of a share.
func Grant(share string) string { return "grant " + share }
