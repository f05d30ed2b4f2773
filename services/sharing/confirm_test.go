package sharing_test

import (
	"slices"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

const unknownHost = "https://unknown.example.com:443"

// A share opens hidden credentials to an unknown host only if the owner confirms the host
// in the request. A refusal changes nothing, and the next unknown host needs its own
// confirmation.
func TestHiddenCredentialsAtAnUnknownHostNeedConfirmation(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		at := func(host string) string { return strings.Replace(secretWorkflow, "llm.example.com", host, 1) }
		s.vault.addCredential("acme", "llm", "openai_compatible", unknownHost, "https://unknown.example.org:443")
		s.workflow("acme", "caption", at("unknown.example.com"))
		_, err := s.tryShare("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED)

		share := s.share("acme", "caption", nil)
		if got := share.GetDetected().GetUnknownDestinations(); len(got) != 1 || !strings.Contains(got[0], "unknown.example.com") {
			t.Errorf("what was detected: %v", got)
		}
		if !slices.ContainsFunc(share.GetNotices(), func(n *sharingv1.Notice) bool { return n.GetId() == "credential_access.unknown_destination" }) {
			t.Error("the warning is not shown before it is confirmed")
		}
		name := share.GetName()
		_, err = s.update(&sharingv1.Share{Name: name, CredentialAccess: hiddenAccess}, "credential_access")
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED)
		_, err = s.update(&sharingv1.Share{Name: name, CredentialAccess: hiddenAccess, ConfirmedDestinations: []string{unknownHost}}, "credential_access")
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED) // the mask does not name it
		if s.vault.grant(name) != nil {
			t.Error("a grant was written")
		}
		s.settle()
		if _, err = s.preview(s.member("visitor"), share.GetToken(), "r1", "question"); err == nil {
			t.Error("a run is let in with the owner's credential")
		}

		both := []string{"credential_access", "confirmed_destinations"}
		_, err = s.update(&sharingv1.Share{Name: name, CredentialAccess: hiddenAccess, ConfirmedDestinations: []string{unknownHost}}, both...)
		must(t, err)
		s.settle()
		_, err = s.preview(s.member("visitor"), share.GetToken(), "r2", "question")
		must(t, err)
		_, err = s.update(&sharingv1.Share{Name: name, Limits: &sharingv1.Limits{Runs: 9, CredentialCalls: 9}}, "limits")
		must(t, err)

		s.save("acme", "caption", at("unknown.example.org"))
		_, err = s.update(&sharingv1.Share{Name: name, Version: 2}, "version")
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED)
		_, err = s.update(&sharingv1.Share{Name: name, Version: 2, ConfirmedDestinations: []string{"https://unknown.example.org:443"}}, "version", "confirmed_destinations")
		must(t, err)
	})
}
