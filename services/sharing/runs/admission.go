package runs

import (
	"crypto/subtle"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
)

// grantMargin is how much longer than its run a grant lives. A call may still be in progress when
// the run must stop.
const grantMargin = 5 * time.Second

// admission is a run that was decided, while it is admitted.
type admission struct {
	*policy.Decision
	run, requestID string
	// proof is the hash of the secret of the run's runner.
	proof []byte
	start time.Time
}

func (a *admission) share() (uid, id, name string) {
	if a.Link == nil {
		return "", "", ""
	}
	return a.Link.Share.UID, a.Link.Share.ID, a.Link.Name()
}

func (a *admission) metered() meter.Run {
	return meter.Run{ID: a.run, Start: a.start, Pictures: a.Pictures}
}

// conditions are those that the run must keep.
func (a *admission) conditions() ledger.Conditions {
	c := ledger.Conditions{Owner: a.PaidByOwner, Hidden: a.HiddenCredentials(), Proof: a.proof}
	if a.Link != nil {
		c.Epoch = a.Link.Share.LinkEpoch
		if a.CallerWorkspace() != a.Owner {
			c.Gate = &a.Link.Share.GateEpoch
		}
	}
	if a.Sample != nil {
		c.Sample = &a.Sample.Title
	}
	return c
}

// row is the run as it is admitted.
func (a *admission) row(lease time.Duration) ledger.Run {
	shareUID, shareID, _ := a.share()
	return ledger.Run{
		ID: a.run, RequestID: a.requestID, Caller: a.Caller, CallerWorkspace: a.CallerWorkspace(),
		OwnerWorkspace: a.Owner, ChargedWorkspace: resource.Segment(a.Charged, 0), ChargedKey: a.Charged, Visitor: a.Visitor,
		Workflow: a.Workflow.UID, WorkflowID: a.Workflow.ID, Version: a.Version, VersionHash: a.Analysis.Hash,
		Share: shareUID, ShareID: shareID, Rights: a.conditions().Text(), Scopes: ledger.ScopesText(a.Scopes), VaultOpen: len(a.Slots) > 0,
		Lease: a.start.Add(lease).UnixMicro(), State: ledger.Running, Day: a.start.UTC().Format(time.DateOnly), Start: a.start.UnixMicro(),
		Pictures: a.Pictures, Counted: a.Scopes,
	}
}

// matches reports whether a row is of this admission: the same run, asked for again by the
// same runner for the same caller.
func (a *admission) matches(row ledger.Run) bool {
	conditions, err := row.Conditions()
	shareUID, _, _ := a.share()
	return err == nil && subtle.ConstantTimeCompare(conditions.Proof, a.proof) == 1 &&
		row.Caller == a.Caller && row.VersionHash == a.Analysis.Hash && row.ChargedKey == a.Charged && row.Share == shareUID && row.Pictures == a.Pictures
}

// claims are those of the run's grant.
func (a *admission) claims(now, deadline time.Time) grant.Claims {
	_, _, share := a.share()
	claims := grant.Claims{
		Run: a.run, Workspace: a.Owner, Share: share, VersionHash: a.Analysis.Hash, ChargedKey: a.Charged,
		Visitor: a.Principal.Visitor, Slots: a.Slots, Models: a.ModelVersions(), Limits: grant.Limits{Attempts: a.Attempts},
		Peer: "runner", IssuedAt: now.Unix(), Expiry: deadline.Add(grantMargin).Unix(),
	}
	if a.Link == nil {
		claims.Authority = a.Principal.Assertion
	}
	return claims
}

// answer is what the runner needs to execute the run.
func (a *admission) answer(signed string, deadline time.Time) *sharinginternalv1.AuthorizeRunResponse {
	charged := resource.Segment(a.Charged, 0)
	row := ledger.Run{ID: a.run, OwnerWorkspace: a.Owner, ChargedWorkspace: charged}
	answer := &sharinginternalv1.AuthorizeRunResponse{
		Name: row.NameFor(a.Principal), Definition: a.Analysis.Raw, VersionHash: a.Analysis.Hash, Grant: signed,
		Deadline: timestamppb.New(deadline), CredentialInputs: a.CredentialInputs, Models: a.Models,
		SinksEnabled: a.Sinks, Preview: a.Link != nil, ChargedWorkspace: charged,
	}
	if a.Sample != nil {
		answer.SampleInputs = a.Sample.Inputs
	}
	if a.Link != nil {
		answer.HiddenOutputs = a.Link.HiddenOutputs()
	}
	return answer
}
