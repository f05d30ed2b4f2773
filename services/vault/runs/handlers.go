package runs

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// InternalHandlers implements the methods for runs on the internal endpoint.
type InternalHandlers struct{ runs *Runs }

// NewInternalHandlers returns the handlers of runs.
func NewInternalHandlers(all *Runs) *InternalHandlers { return &InternalHandlers{runs: all} }

// PutRunCredential stores a visitor's own credential for one run: in Redis, sealed with a key of that run, until the run
// ends or its grant expires. It is never in the database.
func (h *InternalHandlers) PutRunCredential(ctx context.Context, req *vaultinternalv1.PutRunCredentialRequest) (*vaultinternalv1.PutRunCredentialResponse, error) {
	value := secret.FromString(req.GetValue())
	req.Value = ""
	defer value.Destroy()
	claims, err := grant.Verify(h.runs.verifier, req.GetGrant(), caller.Peer(ctx), h.runs.now())
	if err != nil {
		return nil, err
	}
	if len(claims.InputSlots(req.GetInput())) == 0 {
		return nil, errs.InvalidArgument("this run has no credential input of that name").WithReason(errorsv1.Reason_REASON_INPUT_UNKNOWN).
			Field("input", "not a credential input of this run")
	}
	if why := secret.WhyInvalidInput(value.Expose()); why != "" {
		return nil, errs.InvalidArgument("not a valid credential: %s", why).WithReason(errorsv1.Reason_REASON_INPUT_INVALID).
			Field("inputs."+req.GetInput(), why)
	}
	if why := addressProblem(claims.InputSlots(req.GetInput()), value); why != "" {
		return nil, errs.InvalidArgument("not a valid credential: %s", why).WithReason(errorsv1.Reason_REASON_INPUT_INVALID).
			Field("inputs."+req.GetInput(), why)
	}
	if err := h.runs.Alive(ctx, claims.Run); err != nil {
		return nil, err
	}
	if err := h.runs.keepRunCredential(ctx, claims, req.GetInput(), value); err != nil {
		return nil, err
	}
	// The run may have ended while this was stored, and then nothing else would delete it.
	ended, err := h.runs.attempts.RunEnded(ctx, claims.Run)
	if err != nil || ended {
		err = errors.Join(err, h.runs.dropRunCredentials(ctx, claims.Run))
		return nil, errors.Join(err, grant.Invalid(errors.New("the run has ended")))
	}
	return &vaultinternalv1.PutRunCredentialResponse{}, nil
}

// addressProblem says why a value cannot be the address of a slot: its host must be the one that the version names.
func addressProblem(slots []grant.Slot, value secret.Secret) string {
	for _, slot := range slots {
		if slot.SlotKind == "url" && !slices.Equal(credentials.HostOf(value), []string{slot.Destination}) {
			return "it must be an address at " + slot.Destination
		}
	}
	return ""
}

// EndRun ends the handles, the credentials and the calls of a run, and lists its attempts. The mark comes before the
// list: a call that is begun later finds the mark (attempts.Writer) and is not made. EndRun may be called again, and for
// an unknown run.
func (h *InternalHandlers) EndRun(ctx context.Context, req *vaultinternalv1.EndRunRequest) (*vaultinternalv1.EndRunResponse, error) {
	if err := h.runs.attempts.EndRun(ctx, req.GetRun(), sqldb.Micros(h.runs.now())); err != nil {
		return nil, err
	}
	h.runs.bus.Announce(ctx, revocation.Ended, revocation.Run(req.GetRun()))
	if err := h.runs.dropRunCredentials(ctx, req.GetRun()); err != nil {
		return nil, err
	}
	rows, err := h.runs.attempts.OfRun(ctx, req.GetRun())
	if err != nil {
		return nil, err
	}
	res := &vaultinternalv1.EndRunResponse{}
	if res.Verdict, err = h.runs.judge.Leaving(ctx, req.GetRun(), rows, req.GetLeaving()); err != nil {
		return nil, err
	}
	for _, a := range rows {
		res.Attempts = append(res.Attempts, &vaultinternalv1.Attempt{
			Step: a.Step, Attempt: int32(a.Number), Credential: a.Credential,
			StartTime: timestamppb.New(sqldb.FromMicros(a.StartTime)), Outcome: known(a.Outcome),
			Destination: a.Destination, Provider: a.Provider,
		})
	}
	return res, nil
}

// known is the outcome of an attempt for the ledger. It is empty if the call ended before its answer, because then it is
// unknown whether the provider has done the work.
func known(outcome string) string {
	for _, kind := range []egress.Kind{egress.Canceled, egress.Timeout, egress.Unreachable} {
		if outcome == "failed "+kind.String() {
			return ""
		}
	}
	if outcome == "failed revoked" {
		return ""
	}
	return outcome
}
