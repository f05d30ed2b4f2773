package leak

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

// prefix is the start of a provider's keys, with the least number of characters that
// follow.
type prefix struct {
	text string
	rest int
	hex  bool
}

// prefixes are searched for in any word, even if gitleaks requires a complete key.
var prefixes = []prefix{
	{text: "sk-", rest: 16},
	{text: "sk_", rest: 16},
	{text: "pk_live_", rest: 16},
	{text: "rk_live_", rest: 16},
	{text: "xoxb-", rest: 10},
	{text: "xoxp-", rest: 10},
	{text: "xoxa-", rest: 10},
	{text: "xoxe-", rest: 10},
	{text: "xoxs-", rest: 10},
	{text: "xapp-", rest: 10},
	{text: "AKIA", rest: 16},
	{text: "ASIA", rest: 16},
	{text: "AIza", rest: 30},
	{text: "ya29.", rest: 16},
	{text: "GOCSPX-", rest: 20},
	{text: "ghp_", rest: 20},
	{text: "gho_", rest: 20},
	{text: "ghu_", rest: 20},
	{text: "ghs_", rest: 20},
	{text: "ghr_", rest: 20},
	{text: "github_pat_", rest: 20},
	{text: "glpat-", rest: 16},
	{text: "hf_", rest: 20},
	{text: "kh_", rest: 24},
	{text: "kho_", rest: 24},
	{text: "khs_", rest: 24},
	{text: "khc_", rest: 24},
	{text: "khi_", rest: 24},
	{text: "SG.", rest: 30},
	{text: "xai-", rest: 20},
	{text: "gsk_", rest: 20},
	{text: "pplx-", rest: 20},
	{text: "r8_", rest: 20},
	{text: "npm_", rest: 20},
	{text: "pypi-", rest: 20},
	{text: "dop_v1_", rest: 20},
	{text: "whsec_", rest: 16},
	{text: "rf_", rest: 20},
	{text: "nvapi-", rest: 20},
	{text: "tvly-", rest: 16},
	{text: "AC", rest: 32, hex: true},
}

// minKey is the length of the shortest key that prefixes matches, in bytes.
const minKey = 13

// maxBody bounds the characters of a key that are checked.
const maxBody = 256

// shaped reports a private key, or a word with the form of a key or a token.
func shaped(text string) bool {
	if strings.Contains(text, "-----BEGIN") && strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, "PuTTY-User-Key-File-") {
		return true
	}
	if strings.Contains(text, ":") && botToken.MatchString(text) || shareLink.MatchString(text) || forms.MatchString(text) {
		return true
	}
	for start, end := range wordsAt(text) {
		if end-start < minKey {
			continue
		}
		if end-start == awsSecret && isAWSSecret(text[start:end]) {
			return true
		}
		if word := text[start:end]; isToken(word) || vendored(word) || slices.ContainsFunc(prefixes, func(p prefix) bool { return p.begins(word) }) {
			return true
		}
	}
	return false
}

// botToken matches Telegram's tokens. shareLink matches links of an installation like this
// one, because they run a workflow at its owner's expense.
var (
	botToken  = regexp.MustCompile(`(?:^|[^\w-])\d{6,12}:[\w-]{33,36}(?:[^\w-]|$)`)
	shareLink = regexp.MustCompile(`/s/[A-Za-z0-9_-]{20,64}(?:[^\w-]|$)`)
)

// awsSecret is the length of AWS's secret keys.
const awsSecret = 40

// isAWSSecret reports 40 characters of base64 that are too mixed for a path.
func isAWSSecret(word string) bool {
	return !strings.ContainsAny(word, "-_.") && strings.ToLower(word) != word && strings.ToUpper(word) != word &&
		strings.ContainsAny(word, "0123456789") && gitleaks.Entropy(word) >= 4.2
}

// begins reports a key at the start of a word, or after a dot, slash or plus in a word that
// is not a file.
func (p prefix) begins(word string) bool {
	for {
		if rest, ok := strings.CutPrefix(word, p.text); ok && len(rest) >= p.rest && mixed(rest[:min(len(rest), maxBody)]) && (!p.hex || isHex(rest[:p.rest])) {
			return true
		}
		at := strings.IndexAny(word, "./+")
		if at < 0 || len(word) > maxSuspect {
			return false
		}
		word = word[at+1:]
	}
}

// wordsAt yields start and end of each word. Words end at characters that keys do not
// contain.
func wordsAt(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		start := -1
		for i := range len(text) {
			switch in := keyByte[text[i]]; {
			case in && start < 0:
				start = i
			case !in && start >= 0:
				if !yield(start, i) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(start, len(text))
		}
	}
}

var keyByte = func() (in [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+/") {
		in[c] = true
	}
	return in
}()

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// isToken recognises a JSON Web Token: two parts that start like JSON objects, and a third
// for a signed one (JWS) or four for an encrypted one (JWE).
func isToken(word string) bool {
	dots := strings.Count(word, ".")
	for {
		at := strings.Index(word, "eyJ")
		if at < 0 || len(word)-at <= 40 {
			return false
		}
		dots -= strings.Count(word[:at], ".")
		if dots == 2 || dots == 4 {
			return true
		}
		word = word[at+3:]
	}
}

// mixed reports digits, or letters of both cases, as keys have. It excludes ordinary words
// with hyphens.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") ||
		strings.ToLower(s) != s && strings.ToUpper(s) != s && !strings.Contains(s, "/")
}

// Random reports a word that is long, mixed and of high entropy. Many innocent IDs are too,
// so use it for places where secrets are common.
func Random(text string) bool {
	for start, end := range wordsAt(text) {
		if word := text[start:end]; len(word) >= 20 && len(word) <= 4096 && !isUUID(word) && !isDigest(word) && scrambled(word) && gitleaks.Entropy(word) >= 3.4 {
			return true
		}
	}
	return false
}

// scrambled distinguishes keys from identifiers made of words: a key has digits among
// letters of both cases, or many digits.
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

// isDigest recognises SHA-1, SHA-256, SHA-384 and SHA-512 in hex, for instance of a commit
// or a file.
func isDigest(word string) bool {
	switch len(word) {
	case 40, 64, 96, 128:
		return isHex(word)
	}
	return false
}

func isUUID(word string) bool {
	return len(word) == 36 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-'
}
