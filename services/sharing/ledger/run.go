package ledger

import (
	"strings"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// The states that the ledger treats differently from other ends.
const (
	Running = int64(sharingv1.RunState_RUN_STATE_RUNNING)
	// Stopped is the state of a run whose link was stopped. It is not charged and does
	// not count.
	Stopped = int64(sharingv1.RunState_RUN_STATE_STOPPED)
)

// Run is the row of a run.
type Run struct {
	ID, RequestID                                string
	Caller, CallerWorkspace                      string
	OwnerWorkspace, ChargedWorkspace, ChargedKey string
	Visitor                                      string
	Workflow, WorkflowID                         string
	Version                                      int64
	VersionHash                                  string
	Share, ShareID                               string
	Rights, Scopes                               string
	VaultOpen                                    bool
	Lease                                        int64
	State                                        int64
	Reason, Message, Steps                       string
	Day                                          string
	Start, End                                   int64
	Images, Calls, InputTokens, OutputTokens     int64
	// Pictures is how many pictures the run brought in; Images counts those that went
	// through models.
	Pictures int64
	// PicturesOver is how many pictures the run had above its reservation. It is set when
	// the run ends.
	PicturesOver int64

	// Counted has the scopes of a run that this process admitted. Otherwise it is nil and
	// Scopes has them as text.
	Counted []meter.Scope
}

const runColumns = `id, request_id, caller, caller_workspace, owner_workspace, charged_workspace, charged_key, visitor,
	workflow, workflow_id, version, version_hash, share, share_id, rights, scopes, vault_open, lease, state, reason, message,
	steps, day, start_time, end_time, model_images, credential_calls, input_tokens, output_tokens, pictures`

func scanRun(row sqldb.Scanner) (r Run, err error) {
	err = row.Scan(
		&r.ID, &r.RequestID, &r.Caller, &r.CallerWorkspace, &r.OwnerWorkspace, &r.ChargedWorkspace, &r.ChargedKey, &r.Visitor,
		&r.Workflow, &r.WorkflowID, &r.Version, &r.VersionHash, &r.Share, &r.ShareID, &r.Rights, &r.Scopes, &r.VaultOpen,
		&r.Lease, &r.State, &r.Reason, &r.Message, &r.Steps, &r.Day, &r.Start, &r.End, &r.Images, &r.Calls,
		&r.InputTokens, &r.OutputTokens, &r.Pictures,
	)
	return r, err
}

func (r *Run) state() sharingv1.RunState { return sharingv1.RunState(r.State) }

// Metered returns the run as the meter counts it.
func (r *Run) Metered() meter.Run {
	return meter.Run{ID: r.ID, Start: time.UnixMicro(r.Start), Pictures: r.Pictures, Over: r.PicturesOver}
}

// NameFor returns the name of the run that a principal may see: in its own workspace, if
// that owns the workflow or pays, and otherwise only the ID.
func (r *Run) NameFor(p caller.Principal) string {
	if p.Kind.OfWorkspace() && (p.Workspace == r.ChargedWorkspace || p.Workspace == r.OwnerWorkspace) {
		return names.Run(p.Workspace, r.ID)
	}
	return r.ID
}

// Charge returns the line item of the run itself. It has no row of its own.
func (r *Run) Charge() []*sharingv1.LineItem {
	if r.State == Running || r.State == Stopped {
		return nil
	}
	return []*sharingv1.LineItem{{Kind: kindRun, Resource: r.resource(), Quantity: 1}}
}

// resource names what ran.
func (r *Run) resource() string {
	if r.WorkflowID == "" {
		return "inline"
	}
	return names.Version(r.OwnerWorkspace, r.WorkflowID, r.Version)
}

// Sum adds the line items up in the row, where usage queries read the totals.
func (r *Run) Sum(items []*sharingv1.LineItem) {
	r.Images, r.Calls, r.InputTokens, r.OutputTokens = 0, 0, 0, 0
	for _, item := range items {
		switch item.GetKind() {
		case KindModel:
			r.Images += item.GetQuantity()
		case KindCredential:
			r.Calls += item.GetQuantity()
		}
		r.InputTokens += item.GetInputTokens()
		r.OutputTokens += item.GetOutputTokens()
	}
}

// CallerPays reports whether the caller of the run pays for it.
func (r *Run) CallerPays() bool {
	return r.ChargedKey == r.Caller || r.ChargedKey == rpc.GuestKey && strings.HasPrefix(r.Caller, "guest:") ||
		r.CallerWorkspace != "" && r.CallerWorkspace == r.ChargedWorkspace
}

// The kinds of line items.
const (
	kindRun        = "run"
	KindModel      = "model"
	KindCredential = "credential"
)
