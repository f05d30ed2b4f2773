// Package redact makes the document that a stranger may see. It shows what the language
// knows of and nothing else: unknown keys, which may hold anything, are left out. Slots
// show as "$credentials" whatever is bound to them, and literals that look like secrets
// as "[redacted]".
package redact
