package notice

import (
	"fmt"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// SuspensionOf returns why the guard suspended a share, as its owner sees it, or nil.
func SuspensionOf(ws string, s *vaultinternalv1.Suspension) *sharingv1.Suspension {
	if s == nil {
		return nil
	}
	return &sharingv1.Suspension{
		Run: names.Run(ws, s.GetRun()), Time: s.GetTime(), Credential: s.GetCredential(), Characters: s.GetCharacters(),
		ChanceLikely: s.GetChanceLikely(), NewValueNeeded: s.GetNewValueNeeded(),
	}
}

// Suspended says what the guard found and what the owner can do.
func Suspended(s *sharingv1.Suspension) *sharingv1.Notice {
	chance := "Chance is unlikely: the provider, or the visitor through it, has put the credential into an answer."
	if s.GetChanceLikely() {
		chance = "Chance is likely: the credential reads like ordinary text. A random key would not."
	}
	next := "Look at the run and at the provider, then resume the share. What was shown stays counted."
	if s.GetNewValueNeeded() {
		next = "Make a new key at the provider and store it as the credential's new value; the share can be resumed after that."
	}
	known := "No character of it was let go before that."
	if n := s.GetCharacters(); n > 0 {
		known = fmt.Sprintf("Earlier answers may have shown visitors %d characters of it.", n)
	}
	return &sharingv1.Notice{
		Id: "share.suspended", Severity: "warning", Title: "The share is suspended",
		Text: fmt.Sprintf("An answer of %s held a part of %s and was withheld. %s %s %s", s.GetRun(), s.GetCredential(), known, chance, next),
	}
}

// unknownDestination explains the risk of sending hidden credentials to destinations that
// are neither known nor allowed.
func unknownDestination(unknown []string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "credential_access.unknown_destination", Severity: "warning", Title: "Your credentials would go to a destination that is not known",
		Text: "The destination is neither a known provider's nor allowed by the operator: " + strings.Join(unknown, ", ") + ". Answers are searched for your credential, " +
			"but the operator of that destination has it, and a destination that answers with parts of its own request can give it to visitors little by little, which no search stops. " +
			"To use hidden credentials there, name the destination in confirmed_destinations.",
	}
}
