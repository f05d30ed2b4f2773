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
	chance := "This is unlikely to be chance: the provider, or a visitor through it, put the credential into an answer."
	if s.GetChanceLikely() {
		chance = "This may be chance: the credential reads like ordinary text. A random key would not."
	}
	next := "Check the run and the provider, then resume the share. The characters that were shown stay counted."
	if s.GetNewValueNeeded() {
		next = "Create a new key at the provider and store it as the credential's new value. Then resume the share."
	}
	known := "No earlier answer has shown any of it."
	if n := s.GetCharacters(); n > 0 {
		known = fmt.Sprintf("Earlier answers may have shown visitors %d characters of it.", n)
	}
	return &sharingv1.Notice{
		Id: "share.suspended", Severity: "warning", Title: "The share is suspended",
		Text: fmt.Sprintf("An answer of %s contained a part of %s and was withheld. %s %s %s", s.GetRun(), s.GetCredential(), known, chance, next),
	}
}

// unknownDestination explains the risk of sending hidden credentials to destinations that
// are neither known nor allowed.
func unknownDestination(unknown []string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "credential_access.unknown_destination", Severity: "warning", Title: "Your credentials would go to an unknown destination",
		Text: "The destination is neither a known provider's nor allowed by the operator: " + strings.Join(unknown, ", ") + ". Answers are searched for your credential, " +
			"but the operator of that destination receives it, and a destination that repeats parts of its request can reveal it to visitors piece by piece, which no search can stop. " +
			"To use hidden credentials there, name the destination in confirmed_destinations.",
	}
}

// Halted says that the operator has suspended a share.
func Halted(reason string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "share.suspended_by_operator", Severity: "warning", Title: "The operator has suspended this link",
		Text: "Visitors read the reason: " + reason + " Only the operator can lift it.",
	}
}
