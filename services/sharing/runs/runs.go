package runs

import (
	"log/slog"
	"time"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// Deps are what New needs. All are required.
type Deps struct {
	Policy   *policy.Decider
	Ledger   ledger.Store
	Meter    *meter.Meter
	Resolver *shares.Resolver
	Peers    *peers.Peers
	Vault    vaultinternalv1.VaultInternalServiceClient
	// Identity signs run grants.
	Identity *identity.Identity
	Log      *slog.Logger
	Now      func() time.Time
}

// Runs admits, renews, finishes and reaps runs. It is safe for concurrent use.
type Runs struct {
	admitter *admitter
	renewer  *renewer
	booker   *booker
	leases   *leases
	now      func() time.Time
	lease    time.Duration
}

// New wires runs. It starts, reads and writes nothing.
func New(d Deps, l Limits) *Runs {
	known := newLeases()
	return &Runs{
		admitter: &admitter{
			policy: d.Policy, ledger: d.Ledger, meter: d.Meter, resolver: d.Resolver, peers: d.Peers, identity: d.Identity,
			leases: known, limits: l, log: d.Log, now: d.Now,
		},
		renewer: &renewer{
			ledger: d.Ledger, checker: &checker{resolver: d.Resolver, peers: d.Peers, now: d.Now},
			leases: known, lease: l.Lease, log: d.Log, now: d.Now,
		},
		booker: &booker{
			ledger: d.Ledger, meter: d.Meter, resolver: d.Resolver, peers: d.Peers, vault: d.Vault,
			leases: known, guest: l.Guest, log: d.Log, now: d.Now,
		},
		leases: known, now: d.Now, lease: l.Lease,
	}
}
