package leak

import (
	"regexp"
	"slices"
	"strings"
)

// maxTitle bounds how much of a title is read, in bytes.
const maxTitle = 4000

// AsksForSecret reports whether a name, title or description makes people enter a secret:
// "openai_api_key", "Your password", "токен". It is false for "max_tokens", "key_points"
// and "key".
func AsksForSecret(title string) bool {
	if IsPicture(title) {
		return false
	}
	title = title[:min(len(title), maxTitle)]
	return keyForms.MatchString(visible(title)) ||
		slices.ContainsFunc(unspaced, func(part string) bool { return strings.Contains(compact(title), part) }) ||
		slices.ContainsFunc(readings(title), reading.asks)
}

// keyForms matches published prefixes of keys, which a title may show as an example, and
// the pages where providers hand out keys.
var keyForms = regexp.MustCompile(`(?i)(?:^|[^\w-])(?:sk-(?:proj|ant|or|svcacct)?|sk_(?:live|test)_|[pr]k_live_|gh[pousr]_|github_pat_|hf_|xox[abeprs]-|xapp-|aiza(?:sy)?|akia|glpat-|gsk_|xai-|r8_|pplx-|nvapi-|tvly-|whsec_|dop_v1_|ya29\.|kh_|kh[osci]_)(?:[^\w-]|-?[x*•_]{2}|-?\.\.|$)` +
	`|(?:start|begin)(?:s|ning|ing)? (?:with|in) ["'\x60]?(?:sk|ghp|hf|akia|aiza|xox[bp])\b` +
	`|platform\.openai\.com|console\.(?:anthropic|groq|mistral)\.|(?:aistudio|makersuite)\.google|/api[-_]?(?:keys?|tokens?)\b|settings/(?:tokens|keys|api)\b|apis/credentials|-----begin`)

// asks checks each position at which words could ask for a secret.
func (r reading) asks() bool {
	for at := range r.words {
		if r.phraseAt(at) || r.nounAt(at) || r.keyAt(at) || r.weakAt(at) {
			return true
		}
	}
	return false
}

// maxPhrase bounds the words that are joined: "pass word", "api key", "a pi key".
const maxPhrase = 4

// phraseAt reports words that ask for a secret in any context, unless they are counted or
// measured.
func (r reading) phraseAt(at int) bool {
	joined := ""
	for to := at; to < min(len(r.words), at+maxPhrase); to++ {
		joined += r.words[to]
		if strong[joined] || to == at && isStrong(joined) {
			return !r.around(at, to+1, beforeStrong, afterStrong)
		}
	}
	return false
}

// isStrong reports a word that ends in a strong word, contains one, or misspells one.
func isStrong(word string) bool {
	single := strings.TrimSuffix(word, "s")
	if innocent[word] || innocent[single] {
		return false
	}
	return strong[single] || slices.ContainsFunc(contained, func(part string) bool { return strings.Contains(word, part) }) ||
		slices.ContainsFunc(misspelled, func(right string) bool { return nearly(single, right) })
}

// nounAt reports a word like "token", unless it is counted, described or searched for.
func (r reading) nounAt(at int) bool {
	word := r.words[at]
	single := strings.TrimSuffix(word, "s")
	kind, isToken := strings.CutSuffix(word, "token")
	switch {
	case innocent[word], r.disguised[word] && len(word) <= 3: // "ток" is an electric current
		return false
	case word == "tokens": // tokens of a language model, unless they are those of an API
		return at > 0 && tokensOf[r.words[at-1]]
	case nouns[single] || strings.HasSuffix(single, "secret"):
	case isToken && kind != "" && !beforeNoun[kind]:
	case nearly(word, "token"):
	default:
		return false
	}
	return !r.around(at, at+1, beforeNoun, afterNoun) || r.handed()
}

// around reports innocent words before or after a position.
func (r reading) around(from, to int, before, after map[string]bool) bool {
	return to < len(r.words) && after[r.words[to]] || from > 0 && before[r.words[from-1]]
}

// handed reports a text that tells people to hand something over.
func (r reading) handed() bool {
	return slices.ContainsFunc(r.words, func(w string) bool { return handing[w] })
}

// keyAt reports a key of something: "OpenAI key", "clé d'API", "key for Stripe".
func (r reading) keyAt(at int) bool {
	word := strings.TrimSuffix(r.words[at], "s")
	native := keyNouns[r.words[at]] || keyNouns[word]
	english := word == "key" || nearly(word, "apikey")
	if !native && !english && r.words[at] != "k" {
		return false
	}
	if at+1 < len(r.words) && afterKey[r.words[at+1]] {
		return false
	}
	before, ownBefore := r.next(at, -1)
	after, _ := r.next(at, 1)
	switch {
	case r.words[at] == "k":
		return providers[before]
	case r.disguised[r.words[at]], r.handed() && len(r.words) < 12:
		return true
	case ownBefore, providers[before], keyOf[before], providers[after]:
		return true
	case native:
		return keyOf[after]
	}
	return after == "api" || after == "ssh" || after == "secret"
}

// next returns the next word in a direction that is not a filler. own reports whether a
// word in between names an owner ("your").
func (r reading) next(at, step int) (word string, own bool) {
	for i := at + step; i >= 0 && i < len(r.words); i += step {
		w := r.words[i]
		own = own || owners[w]
		switch {
		case step < 0 && w == "ai" && i > 0 && r.words[i-1] == "open", step > 0 && w == "open" && i+1 < len(r.words) && r.words[i+1] == "ai":
			return "openai", own
		case !fillers[w] && !owners[w]:
			return w, own
		}
	}
	return "", own
}

// weakAt reports words that ask for a secret only if the title says little else, or names
// an owner: "pin", "your cookie".
func (r reading) weakAt(at int) bool {
	joined := ""
	for to := at; to < min(len(r.words), at+3); to++ {
		joined += r.words[to]
		if !weak[joined] {
			continue
		}
		if to+1 < len(r.words) && afterNoun[r.words[to+1]] {
			return false
		}
		if _, own := r.next(at, -1); own || r.onlyNextTo(at, to+1) {
			return true
		}
	}
	return false
}

// onlyNextTo reports whether the rest of the title only names an owner.
func (r reading) onlyNextTo(from, to int) bool {
	for i, w := range r.words {
		if (i < from || i >= to) && !fillers[w] && !owners[w] && !providers[w] && !companions[w] {
			return false
		}
	}
	return true
}
