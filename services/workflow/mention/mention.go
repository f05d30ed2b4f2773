package mention

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

var (
	// headerPrefix matches the text before a credential in a header: a scheme, or the name
	// of a cookie.
	headerPrefix = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._~-]{0,39}[ =]$`)
	// hostPrefix matches the text before an address that is a credential.
	hostPrefix   = regexp.MustCompile(`^https?://[^/?#@\s$]+/$`)
	credentialIn = regexp.MustCompile(`\$credentials\b`)
	// schemes are words that precede a secret in any header.
	schemes = []string{"bearer ", "basic ", "bot ", "token ", "apikey ", "key "}
)

// Split splits a text into a prefix and a reference, if the prefix may precede a
// credential in this field: "Bearer $credentials.hook",
// "https://hooks.slack.com/$inputs.address". key is the element's key, empty for the field
// itself.
func Split(field *manifest.Field, key, text string) (prefix, reference string, ok bool) {
	at := strings.LastIndexByte(text, '$')
	if at <= 0 || field == nil || field.Credential == nil {
		return "", "", false
	}
	prefix, reference = text[:at], text[at:]
	_, credential := Credential(reference)
	selector, isSelector := workflow.ParseSelector(reference)
	if !credential && (!isSelector || !selector.IsInput() && !selector.IsStepOutput()) {
		return "", "", false
	}
	switch field.Credential.Scheme {
	case manifest.SchemeHeader:
		ok = key != "" && headerPrefix.MatchString(prefix) && (credential || secretHeader(key, prefix))
	case manifest.SchemeURL:
		ok = key == "" && hostPrefix.MatchString(prefix)
	}
	return prefix, reference, ok
}

func secretHeader(name, prefix string) bool {
	return leak.SecretName(name) || slices.Contains(schemes, strings.ToLower(prefix))
}

// Embedded reports whether a text in a credential field contains a reference that is not
// followed there and would be sent literally. It ignores bodies, which are ordinary text.
func Embedded(field *manifest.Field, text string) bool {
	return field != nil && field.Credential != nil && field.Credential.Scheme != manifest.SchemeBody && workflow.HoldsReference(text)
}

// Holds searches a constant, with its lists and objects, for such a reference.
func Holds(field *manifest.Field, value any) bool {
	switch v := value.(type) {
	case string:
		return workflow.IsCredential(v) || Embedded(field, v) || field.Credential != nil && credentialIn.MatchString(v)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return Holds(field, item) })
	case map[string]any:
		return Holds(field, slices.Collect(maps.Values(v)))
	}
	return false
}

// Credential parses "$credentials" (unbound, the ID is empty) or "$credentials.<id>".
func Credential(text string) (id string, ok bool) {
	if text == workflow.CredentialPrefix {
		return "", true
	}
	id, ok = strings.CutPrefix(text, workflow.CredentialPrefix+".")
	return id, ok && workflow.IsName(id)
}
