package leak

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed gitleaks.json
var gitleaks []byte

// maxMatches bounds how many matches of one rule in one text are looked at. Where so
// many are innocent, so are the rest.
const maxMatches = 100

// rule is a rule of gitleaks, in the parts that text without a file has a use for.
type rule struct {
	ID          string      `json:"id"`
	Regex       string      `json:"regex"`
	Keywords    []string    `json:"keywords"`
	Entropy     float64     `json:"entropy"`
	SecretGroup int         `json:"secretGroup"`
	Path        string      `json:"path"`
	Allowlists  []allowlist `json:"allowlists"`

	compiled func() *regexp.Regexp
}

// allowlist says what is no secret although the rule matches.
type allowlist struct {
	Regexes     []string `json:"regexes"`
	RegexTarget string   `json:"regexTarget"`
	Paths       []string `json:"paths"`
	Stopwords   []string `json:"stopwords"`

	compiled []func() *regexp.Regexp
}

// ruleset is all rules, with the keywords that one of must be in a text for its rule to match.
type ruleset struct {
	rules    []*rule
	global   allowlist
	keywords keywords
}

var loaded = sync.OnceValue(load)

// load reads the rules. A regexp is compiled when its first keyword is met: most are
// never needed. That each compiles is a test.
func load() *ruleset {
	var file struct {
		Allowlist allowlist `json:"allowlist"`
		Rules     []*rule   `json:"rules"`
	}
	if err := json.Unmarshal(gitleaks, &file); err != nil {
		panic(fmt.Sprintf("leak: gitleaks.json: %v", err)) // it is embedded
	}
	set := &ruleset{global: file.Allowlist, keywords: keywords{}}
	set.global.prepare()
	for _, r := range file.Rules {
		if r.Regex == "" || r.Path != "" { // rules for files of certain names
			continue
		}
		r.prepare()
		for _, word := range r.Keywords {
			set.keywords.add(word, len(set.rules))
		}
		set.rules = append(set.rules, r)
	}
	return set
}

func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func (r *rule) prepare() {
	r.compiled = lazily(r.Regex)
	r.Allowlists = slices.DeleteFunc(r.Allowlists, func(a allowlist) bool { return len(a.Paths) > 0 })
	for i := range r.Allowlists {
		r.Allowlists[i].prepare()
	}
}

func (a *allowlist) prepare() {
	for _, expression := range a.Regexes {
		a.compiled = append(a.compiled, lazily(expression))
	}
}

// find reports whether any rule matches a part of a text, or spend refuses to read on.
func (s *ruleset) find(part string, spend func(int) bool) bool {
	for at := range s.keywords.in(part, len(s.rules)) {
		if !spend(len(part)) || s.rules[at].matches(part, &s.global) {
			return true
		}
	}
	return false
}

func (r *rule) matches(text string, global *allowlist) bool {
	for _, m := range r.compiled().FindAllStringSubmatchIndex(text, maxMatches) {
		whole, secret := text[m[0]:m[1]], r.secret(text, m)
		if r.Entropy > 0 && entropy(secret) <= r.Entropy {
			continue
		}
		innocent := func(a allowlist) bool { return a.covers(secret, whole) }
		if !innocent(*global) && !slices.ContainsFunc(r.Allowlists, innocent) {
			return true
		}
	}
	return false
}

// secret is the part of a match that is the secret itself: the group that the rule
// names, else the first that matched, else all of it.
func (r *rule) secret(text string, m []int) string {
	if g := 2 * r.SecretGroup; g > 0 && g < len(m) && m[g] >= 0 {
		return text[m[g]:m[g+1]]
	}
	for g := 2; g < len(m); g += 2 {
		if m[g] >= 0 && m[g+1] > m[g] {
			return text[m[g]:m[g+1]]
		}
	}
	return text[m[0]:m[1]]
}

func (a *allowlist) covers(secret, match string) bool {
	target := secret
	if a.RegexTarget != "" {
		target = match
	}
	if slices.ContainsFunc(a.compiled, func(re func() *regexp.Regexp) bool { return re().MatchString(target) }) {
		return true
	}
	lower := strings.ToLower(secret)
	return slices.ContainsFunc(a.Stopwords, func(word string) bool { return strings.Contains(lower, word) })
}
