package runs

import (
	"log/slog"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// booker ends runs: for their runner, and for the reaper.
type booker struct {
	ledger   ledger.Store
	meter    *meter.Meter
	resolver *shares.Resolver
	peers    *peers.Peers
	vault    vaultinternalv1.VaultInternalServiceClient
	leases   *leases
	guest    meter.Count
	log      *slog.Logger
	now      func() time.Time
}

// booking is what the ledger has of a run, and what its limits have left after it.
type booking struct {
	items   []*sharingv1.LineItem
	visible []meter.Scope
	left    []meter.Left
	// uncounted reports that the run does not count against any limit.
	uncounted bool
	// instead is the error that the caller of the run gets in place of its result, or nil.
	instead error
}
