package inspect

import (
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// holdsToken reports whether a part of an address's path looks like a token, in a field
// where an address may be a credential. leak.Search knows the webhooks of vendors.
func (w *walk) holdsToken(text string) bool {
	if w.field == nil || w.field.Credential == nil || w.field.Credential.Scheme != manifest.SchemeURL {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if leak.TokenIn(part) {
			return true
		}
	}
	return false
}

// SplitAddress splits an address after its host and the following slash. It refuses an
// address that cannot be a credential, for instance one with user and password.
func SplitAddress(text string) (host string, ok bool) {
	if _, err := Canonical(text); err != nil {
		return "", false
	}
	scheme, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	return strings.ToLower(scheme) + "://" + strings.ToLower(rest[:end]) + "/", true
}
