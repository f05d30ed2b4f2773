package outbound

import (
	"context"
	"sync/atomic"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
)

// maxAnswer bounds the response to one call of a step, in bytes.
const maxAnswer = 32 << 20

// Outbound is the only way out of one run: the vault's egress, under the run's grant. It holds no
// secret.
type Outbound struct {
	vault  vaultinternalv1.VaultInternalServiceClient
	grant  string
	ledger *booking.Ledger
	// calls counts all requests that were sent, by steps at the same time.
	calls atomic.Int64
	// paused ends the run. A run whose link was paused starts no further step.
	paused func()
}

// New makes the way out of a run. It calls paused when the vault says that the link was paused.
func New(vault vaultinternalv1.VaultInternalServiceClient, grant string, ledger *booking.Ledger, paused func()) *Outbound {
	return &Outbound{vault: vault, grant: grant, ledger: ledger, paused: paused}
}

// Calls counts all requests that were sent.
func (o *Outbound) Calls() int64 { return o.calls.Load() }

// Error is the error of a failed call: the end of the run, or the error of the peer. It never shows
// the text of grpc, which names addresses.
func Error(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errs.From(err)
}

// failed is the error of a call. If the link was paused it also ends the run, whatever a block makes
// of the error.
func (o *Outbound) failed(ctx context.Context, err error) error {
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED {
		o.paused()
	}
	return Error(ctx, err)
}
