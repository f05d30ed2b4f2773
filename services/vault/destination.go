package vault

import (
	"context"
	"slices"
	"strings"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// A destination that runs a visitor's program over its own request (a template, an echo
// with slices) can give a hidden credential away one bit at a time, which no guard
// stops. So hidden credentials go to the hosts of known providers and to those that the
// operator has listed; elsewhere only on the owner's word.

// providerHosts are the canonical destinations of known providers.
var providerHosts = sync.OnceValue(func() map[string]bool {
	hosts := map[string]bool{}
	for _, p := range knownProviders() {
		for _, host := range p.hosts {
			if d, err := egress.ParseDestination(host); err == nil {
				hosts[d.String()] = true
			}
		}
	}
	return hosts
})

// unknownDestination reports whether hidden credentials go to a canonical destination
// only on their owner's word.
func (s *Service) unknownDestination(destination string) bool {
	d, err := egress.ParseDestination(destination)
	return err != nil || !providerHosts()[d.String()] && !s.rules.Lists(d)
}

// VetDestinations says which destinations need their owner's word.
func (s *Service) VetDestinations(_ context.Context, req *vaultinternalv1.VetDestinationsRequest) (*vaultinternalv1.VetDestinationsResponse, error) {
	res := &vaultinternalv1.VetDestinationsResponse{}
	for _, d := range req.GetDestinations() {
		if s.unknownDestination(d) && !slices.Contains(res.Unknown, d) {
			res.Unknown = append(res.Unknown, d)
		}
	}
	return res, nil
}

// confirmUnknown makes sure that each unknown destination of a grant is confirmed: now,
// or by the share's former grant for the same credential.
func (s *Service) confirmUnknown(ctx context.Context, g *credentialGrant, confirmed []string) error {
	former, err := grantRow(ctx, s.store.db, g.workspace, g.share)
	if err != nil {
		return err
	}
	words := make(map[string]bool, len(confirmed))
	for _, c := range confirmed {
		if d, err := s.destination(c); err == nil {
			words[d] = true
		}
	}
	var missing []string
	for i := range g.slots {
		slot := &g.slots[i]
		if !s.unknownDestination(slot.Destination) {
			continue
		}
		switch {
		case words[slot.Destination] || former.confirmed(*slot):
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

// confirmed reports whether the owner has confirmed that a slot's credential goes to
// its destination. A nil grant has nothing confirmed.
func (g *credentialGrant) confirmed(slot grantedSlot) bool {
	return g != nil && slices.ContainsFunc(g.slots, func(s grantedSlot) bool {
		return s.ConfirmedFor == slot.UID && s.Destination == slot.Destination
	})
}

func unconfirmedDestinations(missing []string) error {
	list := strings.Join(missing, ", ")
	return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED,
		"hidden credentials would go to %s, which is neither a known provider's nor allowed by the operator: whoever runs it, or can make it answer with "+
			"parts of its own request, can get the credential; if you trust it with every visitor, confirm it: name it in confirmed_destinations of the share, or with --confirm-destination", list).
		With("destinations", list)
}
