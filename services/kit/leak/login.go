package leak

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// A login is a name with a password, or a password under a name that programs read.
var logins = []struct {
	// hint must be in the text, in lower case, for the form to be tried.
	hint string
	form *regexp.Regexp
	// is judges the first group; nil accepts any.
	is func(string) bool
}{
	{"basic", regexp.MustCompile(`(?i)\bbasic\s+([A-Za-z0-9+/_-]{12,}={0,2})`), isBasic},
	{"machine", regexp.MustCompile(`(?i)\bmachine\s+(?:localhost|[\w-]+\.[\w.-]+)\s+login\s+\S+\s+password\s+(\S{4,})`), nil},
	{"pass", environment, isPassword},
	{"pwd", environment, isPassword},
	{"auth", environment, isPassword},
	{"-u", regexp.MustCompile(`(?:^|\s)(?:-u|--user)[ =]?["']?[\w.@-]+:([^\s"'$<{]{4,})`), isPassword},
	{"wifi:", regexp.MustCompile(`(?i)\bwifi:(?:[^;\n]{0,100};){0,6}P:([^;\n]{6,})`), nil},
	{":", regexp.MustCompile(`(?m)(?:^|\s)[\w*-]+\.[\w.-]+:(?:\d{4,5}|\*):[\w*-]+:[\w*-]+:([^\s:]{4,})`), isPassword}, // .pgpass
}

// environment is an assignment to a variable that holds a password: "PGPASSWORD=...".
var environment = regexp.MustCompile(`\b[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|PASS|PWD|AUTH)=["']?([^\s"'$<{&;%]{6,})`)

// isPassword reports a text that is no word and no placeholder.
func isPassword(text string) bool { return passwords.MatchString(text) && !isReference(text) }

// isBasic reports the base64 of "name:password".
func isBasic(text string) bool {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return false
	}
	_, password, ok := strings.Cut(string(raw), ":")
	return ok && len(password) >= 4 && strings.Trim(string(raw), printable) == ""
}

var printable = func() string {
	var out strings.Builder
	for c := byte(' '); c <= '~'; c++ {
		out.WriteByte(c)
	}
	return out.String()
}()

// holdsPassword reports a login in one of the forms that programs read.
func (s *Search) holdsPassword(text string) bool {
	lower := strings.ToLower(text)
	for _, l := range logins {
		if !strings.Contains(lower, l.hint) {
			continue
		}
		if !s.spend(len(text)) {
			return true
		}
		for _, m := range l.form.FindAllStringSubmatch(text, maxMatches) {
			if l.is == nil || l.is(m[1]) {
				return true
			}
		}
	}
	return false
}
