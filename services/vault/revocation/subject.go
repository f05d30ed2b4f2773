package revocation

import "strings"

// Subjects name what can change or end: keys of caches, what running calls rest on, and messages between
// replicas.

const (
	keyPrefix     = "key "
	sessionPrefix = "session "
)

// Run is the subject of a run.
func Run(run string) string { return "run " + run }

// Key is the subject of an API key.
func Key(name string) string { return keyPrefix + name }

// Session is the subject of a session.
func Session(name string) string { return sessionPrefix + name }

// IsLogin reports whether callers present what a subject names: an API key or a session.
func IsLogin(subject string) bool {
	return strings.HasPrefix(subject, keyPrefix) || strings.HasPrefix(subject, sessionPrefix)
}

// Credential is the subject of a credential.
func Credential(name string) string { return "credential " + name }

// Grant is the subject of the credential grant of a share.
func Grant(share string) string { return "grant " + share }
