package pages

import (
	"testing"

	"github.com/keyhole-dev/keyhole/gateway/web"
)

func TestFrameAncestorsArePlainOrigins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origins []string
		want    string
	}{
		{nil, "'none'"},
		{[]string{"*"}, "*"},
		{[]string{"https://a.example", "http://localhost:3000", "https://*.b.example/"}, "https://a.example http://localhost:3000 https://*.b.example"},
		{[]string{"https://a.example; script-src *", "javascript:alert(1)", "https://a.example/path", "https://u:p@a.example", "a.example", "https://a.example\r\nX: y"}, "'none'"},
	} {
		if got := frameAncestors(c.origins); got != c.want {
			t.Errorf("frameAncestors(%q) = %q, want %q", c.origins, got, c.want)
		}
	}
}

func TestTheEmbeddedAppOpens(t *testing.T) {
	t.Parallel()
	if _, err := openAssets(web.Dist); err != nil {
		t.Error(err)
	}
}
