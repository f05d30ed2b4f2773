package credentialgrants

import (
	"context"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// confirmUnknown checks that the owner has confirmed each unknown destination of a grant, in this request or in the
// share's former grant for the same credential.
func (s *Grants) confirmUnknown(ctx context.Context, g *Grant, confirmed []string) error {
	former, err := grantRow(ctx, s.db, g.Workspace, g.share)
	if err != nil {
		return err
	}
	given := make(map[string]bool, len(confirmed))
	for _, c := range confirmed {
		if d, err := s.credentials.Destination(c); err == nil {
			given[d] = true
		}
	}
	var missing []string
	for i := range g.slots {
		slot := &g.slots[i]
		if !s.credentials.UnknownDestination(slot.Destination) {
			continue
		}
		switch {
		case given[slot.Destination] || former.confirmed(*slot):
			slot.ConfirmedFor = slot.UID
		case !slices.Contains(missing, slot.Destination):
			missing = append(missing, slot.Destination)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return unconfirmedDestinations(missing)
}

// confirmed reports whether the owner has confirmed that the credential of a slot may go to its destination. A nil
// grant has no confirmation.
func (g *Grant) confirmed(slot Slot) bool {
	return g != nil && slices.ContainsFunc(g.slots, func(s Slot) bool {
		return s.ConfirmedFor == slot.UID && s.Destination == slot.Destination
	})
}

func unconfirmedDestinations(missing []string) error {
	list := strings.Join(missing, ", ")
	return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED,
		"hidden credentials would go to %s, which is neither a known provider's nor allowed by the operator: its operator can get the credential, and so can "+
			"a visitor if it answers with parts of its own request; to trust it with every visitor, confirm it in confirmed_destinations of the share, or with --confirm-destination", list).
		With("destinations", list)
}
