package leak

import (
	"slices"
	"strings"
)

// secretWords in a name tell that the value is a secret.
var secretWords = []string{
	"authorization", "apikey", "token", "secret", "password", "passwd", "credential", "cookie", "privatekey", "accesskey", "signature", "bearer",
}

// innocentNames hold a secret word but no secret: settings of language models.
var innocentNames = []string{"maxtokens", "maxcompletiontokens", "maxnewtokens", "tokens", "stoptoken", "eostoken", "tokentype", "tokenizer", "tokencount"}

// SecretName reports whether a header, parameter or key is named like a secret. It errs
// on the side of yes: it is for places where secrets are common, and for values that
// could be one.
func SecretName(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	if slices.Contains(innocentNames, plain) {
		return false
	}
	return plain == "key" || plain == "auth" || plain == "xauth" ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// Plausible keeps words and sentences at places that are merely named like a secret from
// counting as one.
func Plausible(text string) bool {
	return len(text) >= 6 && !strings.ContainsAny(text, " \t\n") && !isReference(text)
}
