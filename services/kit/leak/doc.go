// Package leak finds secrets in text that strangers may see: titles, descriptions, samples,
// names, definitions. All services check such text with it.
//
// It combines three searches. Package gitleaks has the rules of gitleaks, which know the keys of
// about two hundred providers. Our own rules add shapes of keys, addresses that are secrets, and
// names like "password". Each search runs over the text and over what the text decodes to:
// escapes, base64 and hex.
package leak
