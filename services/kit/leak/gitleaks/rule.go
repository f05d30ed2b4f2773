package gitleaks

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

// maxMatches bounds the matches of one rule in one text. If so many are innocent, the rest
// is too.
const maxMatches = 100

// rule has the parts of a gitleaks rule that apply to text without a file.
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

// allowlist excludes matches of a rule.
type allowlist struct {
	Regexes     []string `json:"regexes"`
	RegexTarget string   `json:"regexTarget"`
	Paths       []string `json:"paths"`
	Stopwords   []string `json:"stopwords"`

	compiled []func() *regexp.Regexp
}

// ruleset has all rules with their keywords. A rule is tried only if one of its keywords is
// in the text.
type ruleset struct {
	rules    []*rule
	global   allowlist
	keywords keywords
}

// loaded parses the rules when a text is first searched: programs that search none need them not
// in memory.
var loaded = sync.OnceValue(load)

// load parses the rules. A regular expression is compiled when one of its keywords first
// occurs, because most are never needed. A test compiles all.
func load() *ruleset {
	var file struct {
		Allowlist allowlist `json:"allowlist"`
		Rules     []*rule   `json:"rules"`
	}
	if err := json.Unmarshal(gitleaks, &file); err != nil {
		panic(fmt.Sprintf("leak: gitleaks.json: %v", err)) // the file is embedded
	}
	set := &ruleset{global: file.Allowlist, keywords: keywords{}}
	set.global.prepare()
	for _, r := range file.Rules {
		if r.Regex == "" || r.Path != "" { // a rule for certain file names
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

// Find reports whether a rule matches a part of a text, or spend refuses to read on. spend gets
// how many bytes a rule reads.
func Find(part string, spend func(int) bool) bool { return loaded().find(part, spend) }

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
		if r.Entropy > 0 && Entropy(secret) <= r.Entropy {
			continue
		}
		innocent := func(a allowlist) bool { return a.covers(secret, whole) }
		if !innocent(*global) && !slices.ContainsFunc(r.Allowlists, innocent) {
			return true
		}
	}
	return false
}

// secret returns the secret part of a match: the group that the rule names, else the first
// group that matched, else the whole match.
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
