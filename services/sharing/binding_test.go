package sharing_test

import (
	"errors"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

const otherCredential = "workspaces/acme/credentials/other"

// slotOf chooses a credential for a slot of the caption workflow.
func slotOf(step, credential string) []*sharingv1.SlotCredential {
	return []*sharingv1.SlotCredential{{Step: step, Field: "api_key", Credential: credential}}
}

// The runs of a link use the credential that its owner chose for a slot. Own runs and other
// links keep the one of the version. Without a choice the version's is used again.
func TestALinkUsesTheCredentialThatItsOwnerChose(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "other", "openai_compatible", "https://llm.example.com")
		share, untouched := s.hidden(), s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
		uses := func(link *sharingv1.Share, run, want string) {
			t.Helper()
			s.settle()
			admitted, err := s.preview(s.member("visitor"), link.GetToken(), run, "question")
			must(t, err)
			granted := "workspaces/acme/credentials/" + s.vault.grant(link.GetName()).slots[0].GetCredential()
			if got := s.claims(admitted.GetGrant()).Slots[0].Credential; got != want || granted != want {
				t.Errorf("%s: the run uses %s and the vault granted %s, want %s", run, got, granted, want)
			}
		}
		uses(share, "r1", llmCredential)
		got, err := s.update(&sharingv1.Share{Name: share.GetName(), SlotCredentials: slotOf("llm", otherCredential)}, "slot_credentials")
		must(t, err)
		if slot := got.GetDetected().GetSlots()[0]; slot.GetCredential() != otherCredential || len(got.GetSlotCredentials()) != 1 {
			t.Errorf("the owner sees %v in the slot, and the choice %v", slot, got.GetSlotCredentials())
		}
		uses(share, "r2", otherCredential)
		uses(untouched, "r3", llmCredential)
		own, err := s.own(s.member("acme"), "workspaces/acme/workflows/caption", "r4")
		must(t, err)
		if got := s.claims(own.GetGrant()).Slots[0].Credential; got != llmCredential {
			t.Errorf("the owner's own run uses %s", got)
		}
		_, err = s.update(&sharingv1.Share{Name: share.GetName()}, "slot_credentials")
		must(t, err)
		uses(share, "r5", llmCredential)
	})
}

// A slot that the version leaves empty can be filled for one link.
func TestALinkFillsAnUnboundSlot(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "other", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", unbound())
		_, err := s.tryShare("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
		refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess, SlotCredentials: slotOf("llm", otherCredential)})
		run, err := s.preview(s.guest("g"), share.GetToken(), "r1", "question")
		must(t, err)
		if got := s.claims(run.GetGrant()).Slots[0].Credential; got != otherCredential {
			t.Errorf("the run uses %s", got)
		}
	})
}

// A choice that no run could use is refused and changes nothing, before hidden credentials
// are opened too.
func TestImpossibleSlotCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		s.vault.addCredential("acme", "other", "openai_compatible", "https://llm.example.com")
		s.vault.addCredential("visitor", "theirs", "openai_compatible", "https://llm.example.com")
		share := s.share("acme", "caption", nil)
		for name, c := range map[string]struct {
			slots  []*sharingv1.SlotCredential
			reason errorsv1.Reason
		}{
			"no such slot":       {slotOf("nobody", otherCredential), errorsv1.Reason_REASON_INVALID_REQUEST},
			"another tenant's":   {slotOf("llm", "workspaces/visitor/credentials/theirs"), errorsv1.Reason_REASON_INVALID_REQUEST},
			"no such credential": {slotOf("llm", "workspaces/acme/credentials/gone"), errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN},
			"two for one slot":   {append(slotOf("llm", otherCredential), slotOf("llm", llmCredential)...), errorsv1.Reason_REASON_INVALID_REQUEST},
		} {
			got, err := s.update(&sharingv1.Share{Name: share.GetName(), SlotCredentials: c.slots}, "slot_credentials")
			if err == nil {
				t.Errorf("%s: accepted as %v", name, got.GetSlotCredentials())
				continue
			}
			refused(t, err, c.reason)
		}
	})
}

// The vault's grant of a choice that was not written is withdrawn: otherwise it would look like
// the grant that the row covers.
func TestAGrantOfAnUnwrittenChoiceIsWithdrawn(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "other", "openai_compatible", "https://llm.example.com")
		share := s.hidden()
		s.vault.set(func() { s.vault.afterPut = func() error { return errors.New("the connection broke") } })
		if _, err := s.update(&sharingv1.Share{Name: share.GetName(), SlotCredentials: slotOf("llm", otherCredential)}, "slot_credentials"); err == nil {
			t.Error("the change succeeded although the grant failed")
		}
		if g := s.vault.grant(share.GetName()); g != nil {
			t.Errorf("the vault still grants %v", g.slots)
		}
	})
}
