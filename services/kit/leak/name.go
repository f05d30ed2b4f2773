package leak

import (
	"slices"
	"strings"
)

// secretWords are words in a name that make its value a secret.
var secretWords = []string{
	"authorization", "apikey", "token", "secret", "password", "passwd", "credential", "cookie", "privatekey", "accesskey", "signature", "bearer",
}

// innocentNames contain such a word but name no secret: settings of language models.
var innocentNames = []string{"maxtokens", "maxcompletiontokens", "maxnewtokens", "tokens", "stoptoken", "eostoken", "tokentype", "tokenizer", "tokencount"}

// SecretName reports whether a header, parameter or key has the name of a secret. In doubt
// it returns true, because it is used for places where secrets are common and for values
// that could be one.
func SecretName(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	if slices.Contains(innocentNames, plain) {
		return false
	}
	return plain == "key" || plain == "auth" || plain == "xauth" ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// Plausible reports whether a text could be a secret. It excludes words and sentences in
// places that only have the name of a secret.
func Plausible(text string) bool {
	return len(text) >= 6 && !strings.ContainsAny(text, " \t\n") && !isReference(text)
}

// isReference reports a text that stands for another: "$inputs.key", "{token}".
func isReference(text string) bool {
	return strings.HasPrefix(text, "$") || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "<")
}
