package sharing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// suspensionOf is why the guard has stopped a share, for its owner; nil where it has not.
func suspensionOf(ws string, s *vaultinternalv1.Suspension) *sharingv1.Suspension {
	if s == nil {
		return nil
	}
	return &sharingv1.Suspension{
		Run: resource.Run(ws, s.GetRun()), Time: s.GetTime(), Credential: s.GetCredential(), Characters: s.GetCharacters(),
		ChanceLikely: s.GetChanceLikely(), NewValueNeeded: s.GetNewValueNeeded(),
	}
}

// suspensionNotice says what has happened, and what to do.
func suspensionNotice(s *sharingv1.Suspension) *sharingv1.Notice {
	chance := "Chance is unlikely: a provider or whoever ran it has put the credential into an answer."
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

// unknownNotice says what it takes on to let hidden credentials go to destinations that
// are not known.
func unknownNotice(unknown []string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "credential_access.unknown_destination", Severity: "warning", Title: "Your credentials would go to a destination that is not known",
		Text: "The destination is neither a known provider's nor allowed by the operator: " + strings.Join(unknown, ", ") + ". Answers are searched for your credential, " +
			"but whoever runs that destination has it, and one that answers with parts of its own request can give it to visitors little by little, which no search stops. " +
			"To use hidden credentials there, name the destination in confirmed_destinations.",
	}
}

// unknownDestinations are those of the slots with a credential of the owner's that need
// the owner's confirmation.
func (s *Service) unknownDestinations(ctx context.Context, analysis *definition.Analysis) ([]string, error) {
	var all []string
	for _, sl := range analysis.Slots {
		if sl.Input == "" && sl.Constant && !slices.Contains(all, sl.Destination) {
			all = append(all, sl.Destination)
		}
	}
	unknown, err := s.peers.UnknownDestinations(ctx, all)
	if err != nil || len(unknown) == 0 {
		return nil, err
	}
	shown := make([]string, len(unknown))
	for i, d := range unknown {
		shown[i] = definition.Display(d)
	}
	return shown, nil
}
