package credentials

import (
	"context"
	"slices"
	"sync"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// A destination may run a visitor's program over the request that it receives, such as a template. It can then
// reveal a hidden credential bit by bit, and no guard stops that. So hidden credentials go only to hosts of known
// providers and to hosts that the operator lists. Any other destination needs the owner's confirmation.

// providerHosts are the canonical destinations of known providers. They are parsed once, at the first use.
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

// UnknownDestination reports whether a hidden credential needs its owner's confirmation to go to a canonical
// destination.
func (s *Credentials) UnknownDestination(destination string) bool {
	d, err := egress.ParseDestination(destination)
	return err != nil || !providerHosts()[d.String()] && !s.rules.Lists(d)
}

// VetDestinations returns the destinations that need the owner's confirmation.
func (h *InternalHandlers) VetDestinations(_ context.Context, req *vaultinternalv1.VetDestinationsRequest) (*vaultinternalv1.VetDestinationsResponse, error) {
	res := &vaultinternalv1.VetDestinationsResponse{}
	for _, d := range req.GetDestinations() {
		if h.all.UnknownDestination(d) && !slices.Contains(res.Unknown, d) {
			res.Unknown = append(res.Unknown, d)
		}
	}
	return res, nil
}
