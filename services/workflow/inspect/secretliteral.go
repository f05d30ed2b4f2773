package inspect

import "github.com/keyhole-dev/keyhole/services/workflow/manifest"

// Reason is the reason why a text counts as a secret.
type Reason string

// The reasons.
const (
	// InCredentialField: any literal in a credential field is a secret.
	InCredentialField Reason = "credential_field"
	// FeedsCredentialField: the default of an input that is used as a credential.
	FeedsCredentialField Reason = "credential_input"
	// NamedLikeSecret: a header, query parameter or key named like "Authorization".
	NamedLikeSecret Reason = "secret_name"
	// KnownPrefix: the text has the form of a key, a token, or a secret address.
	KnownPrefix Reason = "known_prefix"
	// LooksRandom: the text looks random, at a place where secrets are common.
	LooksRandom Reason = "high_entropy"
)

// Literal is a secret that is written in the document.
type Literal struct {
	// Pointer is the JSON pointer of the text; rewrite.Replace takes it.
	Pointer string
	Step    string
	// Field of the step, or "inputs[2].default_value" and the like.
	Field  string
	Reason Reason
	// Provider is the provider of the credential field, or "generic".
	Provider string
	// Replaceable literals can be replaced by a reference to a credential. The author must
	// remove others.
	Replaceable bool
	// Guess marks a text in a step of an unknown block whose name suggests a secret. Nobody
	// knows what the block does with it, so the block is the problem.
	Guess bool
	// Scheme and Parameter are the position of a replaceable literal in the request.
	Scheme    manifest.Scheme
	Parameter string
}
