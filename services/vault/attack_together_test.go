package vault_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackHandlesOfOneRequest mixes handles that do not belong together, and repeats some.
// Nothing is sent unless all are valid. A handle that was refused with others stays valid for one
// separate call.
func TestAttackHandlesOfOneRequest(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A9", "several handles in one request")
	stores(t, func(t *testing.T, r *replica) {
		n, other := r.tenant(t, "demo"), r.tenant(t, "other")
		s, strange := newSeveral(t, n), newSeveral(t, other)
		run, next := s.claims(), s.claims()
		all := []string{"first", "second", "own"}
		use := func(what string, handles ...string) {
			before := r.provider.Count()
			_, err := s.call(handles)
			a.Attempt(err != nil && r.provider.Count() == before, "%s: %v", what, err)
		}
		one := s.handles(t, run, 1, all...)
		two := s.handles(t, run, 2, all...)
		elsewhere := s.handles(t, next, 1, all...)
		foreign := strange.handles(t, strange.claims(), 1, all...)
		use("the same handle twice", one[0], one[0])
		use("a handle of another attempt", one[0], two[1])
		use("a handle of another run", one[0], elsewhere[1])
		use("a handle of another workspace", one[0], foreign[1])
		use("a handle that is none", one[0], "khh_nonsense")
		use("a handle that was changed", one[0], one[1][:len(one[1])-2]+"AA")
		use("an empty one", one[0], "")
		use("nine handles", append(append(append([]string{}, one...), two...), elsewhere...)...)

		before := r.provider.Count()
		_, err := s.call(one)
		must(t, err)
		last := r.provider.Calls()[len(r.provider.Calls())-1]
		for field, place := range severalPlaces {
			if got := last.Header.Get(place); got != s.values[field] {
				t.Errorf("%s got %d characters", place, len(got))
			}
		}
		a.Attempt(r.provider.Count() == before+1, "%d requests for three handles", r.provider.Count()-before)
		use("all of them again", one...)
		use("a used one with a fresh one", two[0], two[1], one[2])
		use("a used one alone", one[1])

		// One revoked credential stops the request of all.
		fresh := s.handles(t, run, 3, all...)
		_, err = r.sharer.PutCredentialGrant(n.asOwner(), &vaultinternalv1.PutCredentialGrantRequest{
			Share: n.share(), VersionHash: hash, Calls: 1000,
			Slots: []*vaultinternalv1.GrantedSlot{{Step: "hook", Field: "first", Credential: "first", Destination: r.host()}},
		})
		must(t, err)
		use("a grant that covers one of two", fresh...)
		for _, field := range []string{"first", "second"} { // each of the first request has its own row
			rows := r.events(t, n, "credential.use")
			found := 0
			for _, e := range rows {
				if strings.HasSuffix(e.GetResource(), "/credentials/"+field) && e.GetOutcome() == "ok" {
					found++
				}
			}
			a.Attempt(found == 1, "%s has %d rows of calls that were made", field, found)
		}
		_, err = s.call(fresh[:1])
		a.Attempt(err == nil || errs.ReasonOf(err) == errorsv1.Reason_REASON_HANDLE_INVALID, "the one that is covered: %v", err)
	})
}

// TestAttackTwoSecretsWhileTheMemoryIsAway shows a small piece of one credential and the
// whole of another while nothing can be recorded. The failure must look like any other.
func TestAttackTwoSecretsWhileTheMemoryIsAway(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A4", "two credentials of one request while what was shown cannot be written")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		s := newSeveral(t, n)
		claims := s.claims()
		handles := [][]string{s.handles(t, claims, 1, "first", "second", "own"), s.handles(t, claims, 2, "own", "first", "second")}
		must(t, r.db.Tx(t.Context(), exec(`ALTER TABLE shown RENAME TO away`)))
		for at, shown := range []string{"second", "own"} {
			r.provider.Answer("a little: " + s.bodies["first"][:8] + ", and more: " + s.bodies[shown][40:80])
			got, err := s.call(handles[at])
			withheld := errs.ReasonOf(err) == errorsv1.Reason_REASON_PROVIDER_FAILED && !strings.Contains(string(got.body), s.bodies[shown][40:52])
			a.Attempt(withheld, "%s: %v", shown, err)
		}
		must(t, r.db.Tx(t.Context(), exec(`ALTER TABLE away RENAME TO shown`)))
	})
}
