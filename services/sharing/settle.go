package sharing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/notice"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// The limits that a share gets when a setting is opened and its owner names none.
const (
	defaultRuns   = 100
	defaultCalls  = 200
	defaultPeriod = vaultv1.Period_PERIOD_DAY
	// visitors is how many of them an opened share is for at least: by default one may
	// have that part of its runs.
	visitors = 5
)

// settle looks the shared version over and sees whether the settings can be had
// with what is found in it. With confirm, or where what the vault has granted is not
// what is needed now, the credential grant is prepared, on the caller's authority.
func (e *shareEdit) settle(ctx context.Context, confirm bool) error {
	e.row.RunAccess = max(e.row.RunAccess, sharingv1.RunAccess_RUN_ACCESS_VISITOR)
	e.row.CredentialAccess = max(e.row.CredentialAccess, sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR)
	v, err := e.workflows.Version(ctx, e.workflow, e.row.VersionNumber(e.workflow))
	if err != nil {
		return err
	}
	analysis := e.definitions.Of(v.Definition, v.Hash)
	if len(analysis.Problems) > 0 {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DEFINITION_INVALID,
			"the version has problems, so that it cannot be shared; inspect it").Because(analysis.Problems.Err())
	}
	if err := definition.Shareable(analysis); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *definition.Analysis) error{e.settleSamples, e.settleSinks, e.closeAbandonedAccess, e.settleKey, e.settleLimits} {
		if err := step(ctx, analysis); err != nil {
			return err
		}
	}
	return e.settleCredentials(ctx, analysis, confirm)
}

func (e *shareEdit) settleSamples(_ context.Context, analysis *definition.Analysis) error {
	for _, sample := range e.row.SampleList() {
		at := slices.IndexFunc(analysis.OwnInterface.GetInputs(), func(in *sharingv1.Input) bool { return in.GetName() == sample.GetInput() })
		if at < 0 || analysis.OwnInterface.GetInputs()[at].GetCredential() {
			return resource.Invalid("share.samples", "the version has no input %q that could have a sample", sample.GetInput())
		}
		if analysis.OwnInterface.GetInputs()[at].GetType() == "WorkflowImage" && !publish.OnlyPictures(sample.GetValue()) {
			return resource.Invalid("share.samples", "the sample of %q must be a JPEG, PNG or WebP picture in base64, or a URL", sample.GetInput())
		}
	}
	return nil
}

func (e *shareEdit) settleSinks(_ context.Context, analysis *definition.Analysis) error {
	if !e.row.Sinks {
		return nil
	}
	return definition.SinksShareable(analysis)
}

func (e *shareEdit) closeAbandonedAccess(ctx context.Context, analysis *definition.Analysis) error {
	if e.row.RunAccess != sharingv1.RunAccess_RUN_ACCESS_OWNER || !e.opening("run_access", e.before.RunAccess == e.row.RunAccess) {
		return nil
	}
	private, _, err := e.peers.ForStrangers(ctx, e.workflow.Workspace, analysis.ModelIDs())
	if err != nil || len(private) > 0 {
		return err
	}
	looked := "the version uses no model"
	if ids := analysis.ModelIDs(); len(ids) > 0 {
		looked = "anyone may use " + errs.Quoted(ids)
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NO_PRIVATE_MODEL,
		"run access can only be opened where a private model is found: its steps were searched for a model that other workspaces' keys may not use, and %s", looked)
}

// opening reports whether a setting is opened now, or looked over again because the
// version changes; else it was settled before, and other settings can be changed.
func (e *shareEdit) opening(setting string, was bool) bool {
	return e.created || !was || mentions(e.paths, setting) || e.before.Version != e.row.Version || e.before.FollowLive != e.row.FollowLive
}

// settleKey makes sure that the charged key is the owner's own and alive.
func (e *shareEdit) settleKey(ctx context.Context, _ *definition.Analysis) error {
	if e.row.RunAccess != sharingv1.RunAccess_RUN_ACCESS_OWNER {
		if e.row.ChargedKey != "" && !e.ownKey() {
			return resource.Invalid("share.charged_key", "must be a key of the workflow's workspace")
		}
		return nil
	}
	if e.row.ChargedKey == "" {
		e.row.ChargedKey = caller.From(ctx).Key
	}
	if !e.ownKey() {
		return resource.Invalid("share.charged_key", "must be a key of the workflow's workspace")
	}
	key, err := e.peers.Key(ctx, e.row.ChargedKey)
	if err != nil {
		return err
	}
	if !key.GetActive() {
		return resource.Invalid("share.charged_key", "is not a key that can be charged: it does not exist, or was revoked")
	}
	return nil
}

func (e *shareEdit) ownKey() bool {
	return strings.HasPrefix(e.row.ChargedKey, resource.Workspace(e.workflow.Workspace)+"/keys/")
}

// settleLimits fills in the small defaults of an opened share, and refuses one
// without a bound.
func (e *shareEdit) settleLimits(_ context.Context, _ *definition.Analysis) error {
	if e.row.Opened() {
		if err := e.boundOpened(); err != nil {
			return err
		}
	}
	if err := e.boundPictures(); err != nil {
		return err
	}
	b := e.before
	now, before := e.row.Limits(), b.Limits()
	if now.Total() != before.Total() || now.PerVisitor() != before.PerVisitor() || now.Period != before.Period {
		e.row.LimitEpoch++
	}
	return nil
}

func (e *shareEdit) boundOpened() error {
	fresh := e.created || !e.before.Opened() || e.row.Hidden() && !e.before.Hidden()
	if !fresh && e.limited && (e.row.Runs == 0 || e.row.Hidden() && e.row.Calls == 0) {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_LIMITS_REQUIRED,
			"while run access or credentials are open the share needs finite limits: runs, and with hidden credentials credential_calls")
	}
	if e.row.Runs == 0 {
		e.row.Runs = defaultRuns
		if e.row.Period == 0 {
			e.row.Period = int64(defaultPeriod)
		}
	}
	if e.row.VisitorRuns == 0 {
		e.row.VisitorRuns = (e.row.Runs + visitors - 1) / visitors
	}
	if e.row.Hidden() && e.row.Calls == 0 {
		e.row.Calls = defaultCalls
		if e.row.Period == 0 {
			e.row.Period = int64(defaultPeriod)
		}
	}
	if e.row.Period == 0 {
		e.row.Period = int64(vaultv1.Period_PERIOD_MONTH)
	}
	return nil
}

// boundPictures refuses a limit on pictures without one on runs: a run may have none.
func (e *shareEdit) boundPictures() error {
	if e.row.Pictures > 0 && e.row.Runs == 0 {
		return resource.Invalid("share.limits.pictures", "needs a limit on runs: set limits.runs too")
	}
	if e.row.VisitorPictures > 0 && e.row.VisitorRuns == 0 {
		return resource.Invalid("share.limits.visitor_pictures", "needs a limit on a visitor's runs: set limits.visitor_runs too")
	}
	return nil
}

func (e *shareEdit) settleCredentials(ctx context.Context, analysis *definition.Analysis, confirm bool) error {
	if !e.row.Hidden() {
		e.row.GrantedHash = ""
		return nil
	}
	b := e.before
	changed := !b.Hidden() || b.Calls != e.row.Calls || b.Period != e.row.Period ||
		b.Version != e.row.Version || b.FollowLive != e.row.FollowLive
	if !confirm && !changed {
		return nil
	}
	if !analysis.HasSlots() && !e.opening("credential_access", b.Hidden()) {
		e.row.GrantedHash = analysis.Hash // a new version that needs none
		return nil
	}
	slots, err := e.grantable(ctx, analysis)
	if err != nil {
		return err
	}
	e.grant = &vaultinternalv1.PutCredentialGrantRequest{
		Share: e.name(), VersionHash: analysis.Hash, Slots: slots, Calls: e.row.Calls, Period: vaultv1.Period(e.row.Period),
		Resume:                e.created || e.resumed, // of a new share there is nothing to look at
		ConfirmedDestinations: e.confirmed,
	}
	e.row.GrantedHash = analysis.Hash
	return nil
}

func (e *shareEdit) name() string { return names.Share(e.row.Workspace, e.workflow.ID, e.row.ID) }

// grantable lists the slots for a grant, or says why they cannot be hidden.
func (e *shareEdit) grantable(ctx context.Context, analysis *definition.Analysis) ([]*vaultinternalv1.GrantedSlot, error) {
	if !analysis.HasSlots() {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_NO_SLOT,
			"credentials can only be opened where a step needs one: the steps were searched for a field that holds a credential ($credentials.<id>), and there is none")
	}
	if err := analysis.CheckSteered(); err != nil {
		return nil, err
	}
	known, err := e.peers.Credentials(ctx, e.workflow.Workspace, analysis.CredentialIDs())
	if err != nil {
		return nil, err
	}
	var out []*vaultinternalv1.GrantedSlot
	for _, sl := range analysis.Slots {
		if sl.Input != "" {
			continue
		}
		if err := hideable(sl, known[sl.Credential]); err != nil {
			return nil, err
		}
		out = append(out, &vaultinternalv1.GrantedSlot{
			Step: sl.Step, Field: sl.Field, Credential: sl.Credential, Destination: sl.Destination,
		})
	}
	return out, nil
}

// hideable says why the credential of a slot cannot be used hidden, if so.
func hideable(sl definition.Slot, c *vaultv1.Credential) error {
	switch {
	case sl.Unbound():
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
			"%s has no credential: bind one ($credentials.<id>) before it can be used hidden", sl.Path()).With("step", sl.Step).With("field", sl.Field)
	case c == nil:
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
			"%s refers to the credential %q, which the workspace does not have", sl.Path(), sl.Credential).With("credential", sl.Credential)
	case !c.GetGuardable():
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"the credential %q is too short or too guessable to be recognised in answers, so that it cannot be used hidden", sl.Credential).
			With("credential", sl.Credential)
	}
	return definition.CheckPlace(sl, c)
}

// shareMessage is a share as its owner sees it, with its link.
func (s *Service) shareMessage(ctx context.Context, w workflows.Workflow, row shares.Share) (*sharingv1.Share, error) {
	v, err := s.workflows.Version(ctx, w, row.VersionNumber(w))
	if err != nil {
		return nil, err
	}
	analysis := s.definitions.Of(v.Definition, v.Hash)
	out := &sharingv1.Share{
		Name: names.Share(w.Workspace, w.ID, row.ID), Title: row.Title, State: row.State, Version: int32(row.VersionNumber(w)),
		FollowLive: row.FollowLive, RunAccess: row.RunAccess, CredentialAccess: row.CredentialAccess, ChargedKey: row.ChargedKey,
		Limits: row.LimitsMessage(), SinksEnabled: row.Sinks, ForkDisabled: row.ForkDisabled, ExpireTime: resource.Timestamp(row.Expires),
		FrameOrigins: row.FrameOriginList(), RunOrigins: row.RunOriginList(), Samples: row.SampleList(), CreateTime: resource.Timestamp(row.Created), UpdateTime: resource.Timestamp(row.Updated),
		Detected: &sharingv1.Detected{Sinks: analysis.Sinks},
	}
	if out.Detected.PrivateModels, _, err = s.peers.ForStrangers(ctx, w.Workspace, analysis.ModelIDs()); err != nil {
		return nil, err
	}
	if out.Detected.Slots, err = s.workflows.SlotMessages(ctx, w.Workspace, analysis); err != nil {
		return nil, err
	}
	unknown, err := s.peers.UnknownDestinations(ctx, analysis.OwnerDestinations())
	if err != nil {
		return nil, err
	}
	out.Detected.UnknownDestinations = definition.DisplayAll(unknown)
	changed := definition.MovedFrom(definition.ParsePromise(row.Promise), analysis)
	out.Notices = notice.For(out.Detected, row.Hidden() && row.GrantedHash != v.Hash, len(changed.Credentials)+len(changed.Ordinary) > 0)
	if row.State != sharingv1.ShareState_SHARE_STATE_REVOKED {
		out.Token = s.links.Token(row.UID, row.LinkEpoch)
		out.Uri = s.links.URI(out.Token)
		if err := s.showGrant(ctx, row, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// showGrant shows that a share waits for its owner, and for which credentials.
func (s *Service) showGrant(ctx context.Context, row shares.Share, out *sharingv1.Share) error {
	if !row.Hidden() {
		return nil
	}
	grant, err := s.vault.GetCredentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: out.GetName()})
	if err != nil {
		return fmt.Errorf("read credential grant: %w", err)
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
	if waits(grant) && row.State == sharingv1.ShareState_SHARE_STATE_ACTIVE {
		out.State = sharingv1.ShareState_SHARE_STATE_SUSPENDED
	}
	if out.Suspension = notice.SuspensionOf(row.Workspace, grant.GetSuspension()); out.Suspension != nil {
		out.Notices = append(out.Notices, notice.Suspended(out.Suspension))
	}
	return nil
}
