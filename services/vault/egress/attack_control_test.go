package egress

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackControlCharactersInTheHead: no control character enters a header or the query,
// from the secret or from its place. HTTP allows a tab there; an inline run refuses it.
func TestAttackControlCharactersInTheHead(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A9", "control characters in a credential of a header or the query")
	for r := range rune(0xa0) {
		if r >= ' ' && r < 0x7f {
			continue
		}
		text := "before" + string(r) + "after"
		for name, slot := range map[string]Slot{
			"bearer":          {Kind: Bearer, Secret: secret.FromString(text)},
			"header":          {Kind: Header, Name: "X-Key", Secret: secret.FromString(text)},
			"query":           {Kind: Query, Name: "key", Secret: secret.FromString(text)},
			"password":        {Kind: Basic, Name: "user", Secret: secret.FromString(text)},
			"login":           {Kind: Basic, Secret: secret.FromString("user:" + text)},
			"prefix":          {Kind: Header, Name: "X-Key", Prefix: text, Secret: secret.FromString(canary)},
			"user":            {Kind: Basic, Name: text, Secret: secret.FromString(canary)},
			"query parameter": {Kind: Query, Name: text, Secret: secret.FromString(canary)},
			"header name":     {Kind: Header, Name: text, Secret: secret.FromString(canary)},
		} {
			a.Attempt(slot.Check() != nil, "%U in a %s is accepted", r, name)
		}
	}
}
