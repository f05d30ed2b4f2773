package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// permissionCase is what an owner allows, the entries that are refused, and the reason that they give.
type permissionCase struct {
	settings object
	refused  map[string]int
	reason   string
}

// TestAttackPermissionsOverHTTP multiplies what an owner allows visitors and all entries. No entry gives
// more than the owner allows, or shows the definition where the view is not allowed.
func TestAttackPermissionsOverHTTP(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "every entry of a link that allows only a part, or that has not started")
	in := install(t, oneProcess, options{})
	owner, visitor := in.tenant(t), gateVisitor{tenant: in.tenant(t)}
	entries := linkEntries(in.dial(t, in.grpc["all"], ""))
	early := map[string]int{}
	for name := range entries {
		early[name] = http.StatusForbidden
	}
	early["page"], early["embed"] = http.StatusUnauthorized, http.StatusUnauthorized // no title and no description
	cases := map[string]permissionCase{
		"all":      {object{}, nil, ""},
		"no-runs":  {object{"runDisabled": true}, statusOf(http.StatusForbidden, runEntries), "SHARE_PERMISSION_DENIED"},
		"no-views": {object{"viewDisabled": true}, statusOf(http.StatusForbidden, []string{"fork"}), "SHARE_PERMISSION_DENIED"},
		"no-forks": {object{"forkDisabled": true}, statusOf(http.StatusForbidden, []string{"fork"}), "SHARE_PERMISSION_DENIED"},
		"early":    {object{"startTime": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, early, "SHARE_NOT_STARTED"},
	}
	for id, c := range cases {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			_, token := owner.everyEntry(t, id, c.settings)
			for name, enter := range entries {
				got := enter(t, visitor, token)
				text := string(got.body)
				want, refused := c.refused[name]
				if !refused {
					want = http.StatusOK
				}
				shows := strings.Contains(text, inDefinition)
				a.Attempt(got.status == want && !(shows && (refused || id == "no-views")), "%s, %s: %s, want %d", id, name, got, want)
				if want == http.StatusForbidden && got.header != nil && !strings.Contains(text, c.reason) {
					t.Errorf("%s, %s gives no reason: %s", id, name, got)
				}
				if name == "view" && id == "all" && !shows {
					t.Error("the view has no definition, so the others show nothing either")
				}
			}
		})
	}
}
