package settings

import (
	"context"
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/notice"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// presenter shows a share to its owner.
type presenter struct {
	checker  *checker
	resolver *shares.Resolver
	peers    *peers.Peers
	links    link.Key
}

// message returns a share with its link, what was detected in its version, and the notices
// that follow from it.
func (p *presenter) message(ctx context.Context, w workflows.Workflow, row shares.Share) (*sharingv1.Share, error) {
	a, v, err := p.checker.analysis(ctx, w, row)
	if err != nil {
		return nil, err
	}
	out := settingsOf(w, row)
	if out.Detected, err = p.detected(ctx, w, a, v.Pins); err != nil {
		return nil, err
	}
	moved := definition.MovedFrom(definition.ParsePromise(row.Promise), a)
	out.Notices = notice.For(out.Detected, row.Hidden() && row.GrantedHash != a.Hash, len(moved.Credentials)+len(moved.Ordinary) > 0)
	if row.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return out, nil
	}
	if out.Examples, err = p.examples(ctx, row); err != nil {
		return nil, err
	}
	if err := p.addHalt(ctx, row.Workspace, out); err != nil {
		return nil, err
	}
	out.Token = p.links.Token(row.UID, row.LinkEpoch)
	out.Uri = p.links.URI(out.Token)
	if row.Hidden() {
		return out, p.addGrant(ctx, row, out)
	}
	return out, nil
}

// addHalt says why the operator has suspended the share or its workspace.
func (p *presenter) addHalt(ctx context.Context, workspace string, out *sharingv1.Share) error {
	reason, err := p.peers.SuspendedBy(ctx, workspace, out.GetName())
	if reason != "" {
		out.State = sharingv1.ShareState_SHARE_STATE_SUSPENDED
		out.Notices = append(out.Notices, notice.Halted(reason))
	}
	return err
}

// examples returns which samples have a stored result, without the results.
func (p *presenter) examples(ctx context.Context, row shares.Share) ([]*sharingv1.Example, error) {
	if len(row.SampleList()) == 0 {
		return nil, nil
	}
	opened, err := p.resolver.ByUIDNow(ctx, row.UID)
	if err != nil {
		return nil, err
	}
	list, err := p.resolver.Examples(ctx, opened)
	for _, example := range list {
		example.Outputs = nil
	}
	return list, err
}

// settingsOf returns what the row of a share has.
func settingsOf(w workflows.Workflow, row shares.Share) *sharingv1.Share {
	return &sharingv1.Share{
		Name: row.Name(w), Title: row.Title, State: row.State, Version: int32(row.VersionNumber(w)),
		FollowLive: row.FollowLive, RunAccess: row.RunAccess, CredentialAccess: row.CredentialAccess, ChargedKey: row.ChargedKey,
		Limits: row.LimitsMessage(), SinksEnabled: row.Sinks, ViewDisabled: row.ViewDisabled, RunDisabled: row.RunDisabled, ForkDisabled: row.ForkDisabled,
		StartTime: resource.Timestamp(row.Starts), ExpireTime: resource.Timestamp(row.Expires),
		FrameOrigins: row.FrameOriginList(), RunOrigins: row.RunOriginList(), Samples: row.SampleList(),
		Presentation: row.PresentationMessage(), SlotCredentials: row.SlotCredentialList(), Gate: row.GateMessage(),
		CreateTime: resource.Timestamp(row.Created), UpdateTime: resource.Timestamp(row.Updated),
	}
}

// detected returns what a version has that settings of a share depend on.
func (p *presenter) detected(ctx context.Context, w workflows.Workflow, a *definition.Analysis, pins peers.Pins) (*sharingv1.Detected, error) {
	private, _, err := p.peers.ForStrangers(ctx, w.Workspace, a.ModelIDs(), pins)
	if err != nil {
		return nil, err
	}
	known, err := p.peers.Credentials(ctx, w.Workspace, a.CredentialIDs())
	if err != nil {
		return nil, err
	}
	unknown, err := p.peers.UnknownDestinations(ctx, a.OwnerDestinations())
	if err != nil {
		return nil, err
	}
	return &sharingv1.Detected{
		Sinks: a.Sinks, PrivateModels: private, Slots: a.SlotMessages(w.Workspace, known), UnknownDestinations: definition.DisplayAll(unknown),
	}, nil
}

// addGrant adds whether the vault waits for the owner, and for which credentials.
func (p *presenter) addGrant(ctx context.Context, row shares.Share, out *sharingv1.Share) error {
	grant, err := p.peers.CredentialGrant(ctx, out.GetName())
	if err != nil {
		return err
	}
	if changed := grant.GetUnconfirmed(); len(changed) > 0 {
		out.Notices = append(out.Notices, notice.CredentialChanged(changed))
		for _, slot := range out.GetDetected().GetSlots() {
			slot.Unconfirmed = slices.Contains(changed, resource.Segment(slot.GetCredential(), 1))
		}
	}
	if exposed := grant.GetExposed(); len(exposed) > 0 {
		out.Notices = append(out.Notices, notice.CredentialExposed(exposed))
	}
	if peers.WaitsForOwner(grant) && row.State == sharingv1.ShareState_SHARE_STATE_ACTIVE {
		out.State = sharingv1.ShareState_SHARE_STATE_SUSPENDED
	}
	if out.Suspension = notice.SuspensionOf(row.Workspace, grant.GetSuspension()); out.Suspension != nil {
		out.Notices = append(out.Notices, notice.Suspended(out.Suspension))
	}
	return nil
}
