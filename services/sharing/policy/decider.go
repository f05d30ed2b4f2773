package policy

import (
	"time"

	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// Deps are what New needs. All are required.
type Deps struct {
	Workflows   workflows.Store
	Resolver    *shares.Resolver
	Definitions *definition.Cache
	Peers       *peers.Peers
	Links       link.Key
	// Guest is what one visitor without a key may use in a day.
	Guest meter.Count
	// PreviewCalls is how many calls each step of a run may make with hidden credentials.
	PreviewCalls int32
	Now          func() time.Time
}

// Decider applies the table. It is safe for concurrent use.
type Decider struct {
	workflows    workflows.Store
	resolver     *shares.Resolver
	definitions  *definition.Cache
	peers        *peers.Peers
	links        link.Key
	guest        meter.Count
	previewCalls int32
	now          func() time.Time
}

// New wires a decider. It reads nothing.
func New(d Deps) *Decider {
	return &Decider{
		workflows: d.Workflows, resolver: d.Resolver, definitions: d.Definitions, peers: d.Peers, links: d.Links,
		guest: d.Guest, previewCalls: d.PreviewCalls, now: d.Now,
	}
}
