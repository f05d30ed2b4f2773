// Package redact makes the document that a stranger may see. It is an allowlist: it omits
// keys that the language does not know, because they may hold anything. It shows slots as
// "$credentials" and literals that look like secrets as "[redacted]".
package redact
