package vault_test

import (
	"context"
	"strings"
	"testing"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
)

func (n *tenant) asOwner() context.Context { return caller.With(context.Background(), n.owner) }

// several is a share with one step that sends two of the owner's credentials and one of the
// visitor's own.
type several struct {
	n      *tenant
	bodies map[string]string // by field: the private part of each value
	values map[string]string
}

var severalPlaces = map[string]string{"first": "x-first", "second": "x-second", "own": "x-own"}

func newSeveral(t testing.TB, n *tenant) *several {
	s := &several{n: n, bodies: map[string]string{}, values: map[string]string{}}
	var slots []*vaultinternalv1.GrantedSlot
	for field, place := range severalPlaces {
		s.values[field], s.bodies[field] = longKey()
		if field == "own" {
			continue
		}
		_, err := n.r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
			Parent: "workspaces/" + n.ws, CredentialId: field,
			Credential: &vaultv1.Credential{
				Provider: "generic", Value: s.values[field], Hosts: []string{n.r.host()},
				SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: place,
			},
		})
		must(t, err)
		slots = append(slots, &vaultinternalv1.GrantedSlot{Step: "hook", Field: field, Credential: field, Destination: n.r.host()})
	}
	_, err := n.r.sharer.PutCredentialGrant(n.asOwner(), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.share(), VersionHash: hash, Calls: 1000, Resume: true, Slots: slots,
	})
	must(t, err)
	return s
}

// claims returns the claims of one run through the share.
func (s *several) claims() grant.Claims {
	c := s.n.claims()
	c.Run, c.Slots = id.New("run"), nil
	for field, place := range severalPlaces {
		slot := grant.Slot{Step: "hook", Field: field, Destination: s.n.llm.GetHosts()[0]}
		if field == "own" {
			slot.Input, slot.Provider, slot.SlotKind, slot.SlotName = "own_key", "generic", "header", place
		} else {
			slot.Credential = "workspaces/" + s.n.ws + "/credentials/" + field
		}
		c.Slots = append(c.Slots, slot)
	}
	return c
}

// handles returns the handles of one attempt, in the order of the fields.
func (s *several) handles(t testing.TB, c grant.Claims, attempt int32, fields ...string) []string {
	t.Helper()
	token := s.n.sign(t, c)
	if attempt == 1 {
		_, err := s.n.r.runner.PutRunCredential(context.Background(), &vaultinternalv1.PutRunCredentialRequest{Grant: token, Input: "own_key", Value: s.values["own"]})
		must(t, err)
	}
	var handles []string
	for _, field := range fields {
		h, err := s.n.r.runner.IssueHandle(context.Background(), &vaultinternalv1.IssueHandleRequest{Grant: token, Step: "hook", Field: field, Attempt: attempt})
		must(t, err)
		handles = append(handles, h.GetHandle())
	}
	return handles
}

func (s *several) call(handles []string) (answer, error) {
	return s.n.r.egress(context.Background(), s.n.r.runner, &vaultinternalv1.EgressHead{
		Method: "POST", Url: s.n.r.provider.URL + "/chat/completions", Handles: handles,
	}, []byte(`{"model":"m"}`))
}

// If a request has several credentials, a stop is booked on the one that the answer
// contains. A visitor's own credential never suspends the share, whatever is sent with it.
func TestAStopIsBookedOnTheCredentialThatWasFound(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		for at, tc := range []struct {
			shown, want string
			suspends    bool
			fields      []string
		}{
			{"second", "workspaces/case0/credentials/second", true, []string{"first", "second", "own"}},
			{"first", "workspaces/case1/credentials/first", true, []string{"second", "own", "first"}},
			{"own", "own_key", false, []string{"first", "second", "own"}},
			{"own", "own_key", false, []string{"own", "first", "second"}},
		} {
			n := r.tenant(t, "case"+string(rune('0'+at)))
			s := newSeveral(t, n)
			handles := s.handles(t, s.claims(), 1, tc.fields...)
			body := s.bodies[tc.shown]
			r.provider.Answer("a little of the first: " + s.bodies["first"][:8] + ", and more: " + body[40:80])
			a, err := s.call(handles)
			if err == nil || strings.Contains(string(a.body), body[40:60]) {
				t.Fatalf("%s was shown: %v", tc.shown, err)
			}
			events := r.events(t, n, "answer.withheld")
			if len(events) != 1 || events[0].GetResource() != tc.want {
				t.Errorf("%d: it is booked on %v, not on %s", at, events, tc.want)
			}
			state, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
			must(t, err)
			if state.GetSuspended() != tc.suspends || tc.suspends && state.GetSuspension().GetCredential() != tc.want {
				t.Errorf("%d: the share is suspended: %v", at, state)
			}
		}
	})
}
