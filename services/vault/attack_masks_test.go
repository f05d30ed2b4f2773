package vault_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackMasksInOddSpellings names the parts of a unit in ways that a parser of masks
// might accept. Without the value nothing changes.
func TestAttackMasksInOddSpellings(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "masks in odd spellings, without the value")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		evil := "https://evil.keyhole-tests.com:443"
		for _, mask := range [][]string{
			{"*"},
			{"**"},
			{"."},
			{""},
			{" "},
			{"hosts "},
			{" hosts"},
			{"Hosts"},
			{"HOSTS"},
			{"hosts.0"},
			{"hosts[0]"},
			{"hosts.*"},
			{"host"},
			{"credential.hosts"},
			{"credential"},
			{"slotKind"},
			{"slot.kind"},
			{"slot_kind.x"},
			{"slotName"},
			{"slot_prefix"},
			{"slotPrefix"},
			{"title", "hosts"},
			{"hosts", "hosts"},
			{"title,hosts"},
			{"title\x00hosts"},
			{"value"},
			{"value", "hosts"},
			{"fingerprint", "hosts"},
			{"version", "slot_kind"},
			{"uid"},
			{"name"},
			{"guardable"},
			{"3"},
			{"hosts", "*"},
			{"provider", "slot_prefix"},
		} {
			c := &vaultv1.Credential{
				Name: n.llm.GetName(), Provider: "generic", Hosts: []string{evil}, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "x-key", SlotPrefix: "sid=", Title: "t",
			}
			got, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: c, UpdateMask: &fieldmaskpb.FieldMask{Paths: mask}})
			a.Attempt(err != nil || sameUnit(got, n.llm), "mask %q: %v", mask, got)
		}
		now, err := r.public.GetCredential(n.ctx, &vaultv1.GetCredentialRequest{Name: n.llm.GetName()})
		must(t, err)
		a.Attempt(sameUnit(now, n.llm) && now.GetVersion() == n.llm.GetVersion(), "after all: %v", now)
	})
}

// TestAttackChangingAUnitWhileItRuns moves a credential between two hosts, each time with
// another value, while runs use it on two replicas. No host gets a value of the other.
func TestAttackChangingAUnitWhileItRuns(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "a unit is changed while runs use it")
	testkit.Databases(t, func(t *testing.T, url string) {
		in := newHarness(t, url, "embedded:")
		second := testkit.Provider(t)
		there := strings.TrimSuffix(second.URL, "/v1")
		in.allow = []string{strings.TrimPrefix(there, "http://")}
		replicas := []*replica{in.start(t), in.start(t)}
		n := replicas[0].tenant(t, "demo")
		urls := map[string]string{in.host(): in.provider.URL, there: second.URL}
		stop := make(chan struct{})
		var running sync.WaitGroup
		for i := range 4 {
			running.Go(func() {
				for attempt := int32(1); ; attempt++ {
					select {
					case <-stop:
						return
					default:
					}
					to := []string{in.host(), there}[attempt%2]
					r := replicas[i%2]
					token, err := grantSign(r, n.own(to))
					if err != nil {
						continue
					}
					h, err := r.issue(token, "llm", 1)
					if err == nil {
						_, _ = r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{Method: "POST", Url: urls[to] + "/chat/completions", Handles: []string{h}}, []byte(`{}`))
					}
				}
			})
		}
		for i := range 40 {
			host, mark := in.host(), "first"
			if i%2 == 1 {
				host, mark = there, "second"
			}
			value, _ := longKey()
			_, err := replicas[i%2].public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
				Credential: &vaultv1.Credential{Name: n.llm.GetName(), Value: fmt.Sprintf("%s-%s", mark, value), Hosts: []string{host}},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"value", "hosts"}},
			})
			must(t, err)
		}
		close(stop)
		running.Wait()
		wrong := func(calls []testkit.Call, mark string) (n int) {
			for _, c := range calls {
				if strings.Contains(c.Header.Get("Authorization"), mark+"-") {
					n++
				}
			}
			return n
		}
		t.Logf("%d and %d calls arrived", in.provider.Count(), second.Count())
		a.Attempt(wrong(in.provider.Calls(), "second") == 0, "the first host got %d values of the second", wrong(in.provider.Calls(), "second"))
		a.Attempt(wrong(second.Calls(), "first") == 0, "the second host got %d values of the first", wrong(second.Calls(), "first"))
	})
}
