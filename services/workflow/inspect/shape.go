package inspect

import (
	"math"
	"slices"
	"strings"
)

// secretWords in a name tell that the value is a secret.
var secretWords = []string{
	"authorization", "apikey", "token", "secret", "password", "passwd", "credential", "cookie", "privatekey", "accesskey", "signature", "bearer",
}

// innocentNames hold a secret word but no secret: settings of language models.
var innocentNames = []string{"maxtokens", "maxcompletiontokens", "maxnewtokens", "tokens", "stoptoken", "eostoken", "tokentype", "tokenizer"}

// secretName reports whether a header, parameter or key is named like a secret.
func secretName(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	if slices.Contains(innocentNames, plain) {
		return false
	}
	return plain == "key" || plain == "auth" || plain == "xauth" ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(plain, word) })
}

// prefixes begin keys of known providers, with the least number of characters after.
var prefixes = []struct {
	text string
	rest int
}{
	{"sk-", 16},
	{"sk_", 16},
	{"pk_live_", 16},
	{"rk_live_", 16},
	{"xoxb-", 10},
	{"xoxp-", 10},
	{"xoxa-", 10},
	{"xoxe-", 10},
	{"xapp-", 10},
	{"AKIA", 16},
	{"ASIA", 16},
	{"AIza", 30},
	{"ya29.", 16},
	{"ghp_", 20},
	{"gho_", 20},
	{"ghu_", 20},
	{"ghs_", 20},
	{"ghr_", 20},
	{"github_pat_", 20},
	{"glpat-", 16},
	{"hf_", 20},
	{"kh_", 24},
	{"kho_", 24},
	{"SG.", 30},
	{"xai-", 20},
	{"gsk_", 20},
	{"pplx-", 20},
	{"r8_", 20},
	{"npm_", 20},
	{"pypi-", 20},
	{"dop_v1_", 20},
	{"whsec_", 16},
	{"rf_", 20},
	{"nvapi-", 20},
	{"tvly-", 16},
	{"AC", 32},
}

// hasKnownPrefix reports whether any word of the text looks like a provider's key.
func hasKnownPrefix(text string) bool {
	if strings.Contains(text, "-----BEGIN") && strings.Contains(text, "PRIVATE KEY") {
		return true
	}
	for word := range words(text) {
		if isJWT(word) || slices.ContainsFunc(prefixes, func(p struct {
			text string
			rest int
		},
		) bool {
			rest, ok := strings.CutPrefix(word, p.text)
			return ok && len(rest) >= p.rest && mixed(rest)
		}) {
			return true
		}
	}
	return false
}

// words splits a text at everything that keys do not contain.
func words(text string) func(func(string) bool) {
	return strings.FieldsFuncSeq(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' || r == '+' || r == '/')
	})
}

// isJWT recognises the three parts of a signed token.
func isJWT(word string) bool {
	return strings.HasPrefix(word, "eyJ") && strings.Count(word, ".") == 2 && len(word) > 40
}

// mixed keeps ordinary words with hyphens from counting as keys: a key has digits, or
// letters of both cases.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") ||
		strings.ToLower(s) != s && strings.ToUpper(s) != s && !strings.Contains(s, "/")
}

// looksRandom reports a word that is long, mixed and of high entropy.
func looksRandom(text string) bool {
	for word := range words(text) {
		if len(word) >= 20 && len(word) <= 4096 && !isUUID(word) && scrambled(word) && entropy(word) >= 3.4 {
			return true
		}
	}
	return false
}

// scrambled tells keys from identifiers made of words: a key has digits among letters of
// both cases, or many digits.
func scrambled(word string) bool {
	digits, lower, upper, separators := 0, 0, 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '/' || c == '.':
			separators++
		}
	}
	return separators < 4 && lower+upper > 0 && (digits >= 2 && lower > 0 && upper > 0 || digits*6 >= len(word))
}

func isUUID(word string) bool {
	return len(word) == 36 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-'
}

// entropy is Shannon's, in bits for each character.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// IsSecretKey reports whether a key of an object is itself a secret.
func IsSecretKey(key string) bool { return hasKnownPrefix(key) }
