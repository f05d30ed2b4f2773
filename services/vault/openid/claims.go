package openid

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"unicode"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// claims are what the provider says about a person. Names are compared exactly.
type claims map[string]json.RawMessage

// text returns a claim that is a text, or "".
func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// texts returns a claim that is a text or a list of texts. A claim of any other type, also a list with something else
// in it, has no texts: nothing is guessed.
func (c claims) texts(name string) []string {
	if s := c.text(name); s != "" {
		return []string{s}
	}
	var list []*string // a null in the list stays nil, where a string would become ""
	if json.Unmarshal(c[name], &list) != nil {
		return nil
	}
	var out []string
	for _, s := range list {
		if s == nil {
			return nil
		}
		out = append(out, *s)
	}
	return out
}

// email returns the e-mail address, and whether the provider has verified it. Only the JSON value true says so.
func (c claims) email() (string, bool) {
	return c.text("email"), string(c["email_verified"]) == "true"
}

// with adds claims of the provider's userinfo that the ID token does not have. The e-mail address and whether it is
// verified come from the same place.
func (c claims) with(more claims) claims {
	all, own := maps.Clone(more), maps.Clone(c)
	if _, there := own["email"]; there {
		delete(all, "email_verified")
	} else {
		delete(own, "email_verified")
	}
	maps.Copy(all, own)
	return all
}

// maxTitle is the longest name of a person, in characters.
const maxTitle = 80

// title returns the person's name. It leaves out control characters, and a text that looks like a secret.
func (c claims) title() string {
	for _, name := range []string{"name", "preferred_username", "nickname", "email"} {
		s := strings.Join(strings.Fields(strings.Map(visible, c.text(name))), " ")
		if r := []rune(s); len(r) > maxTitle {
			s = string(r[:maxTitle])
		}
		if s != "" && leak.Text("title", s) == nil {
			return s
		}
	}
	return "Somebody"
}

func visible(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}

// address returns the e-mail address for the list of people, or "".
func (c claims) address() string {
	email, _ := c.email()
	if domainOf(email) == "" || leak.Text("email", email) != nil {
		return ""
	}
	return email
}

// address is an e-mail address with one domain of ASCII letters. It refuses a second @, quotes, brackets, blanks, and
// letters that look like others.
var address = regexp.MustCompile(`^[!-~]{1,64}@[A-Za-z0-9.-]{1,190}$`)

// domainOf returns the domain of an e-mail address in lower case, or "" for anything else.
func domainOf(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	if !address.MatchString(email) || strings.ContainsAny(local, `"<>()[]\,;:`) || strings.Contains(domain, "@") {
		return ""
	}
	return strings.ToLower(domain)
}
