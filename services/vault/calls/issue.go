package calls

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
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// IssueHandle gives the right to use one credential in one attempt of a step. It
// checks everything that Egress will check again, and writes nothing.
func (s *InternalHandlers) IssueHandle(ctx context.Context, req *vaultinternalv1.IssueHandleRequest) (*vaultinternalv1.IssueHandleResponse, error) {
	peer := caller.Peer(ctx)
	claims, err := grant.Verify(s.verifier, req.GetGrant(), peer, s.now())
	if err != nil {
		s.refused.WithLabelValues("grant").Inc()
		return nil, err
	}
	h, err := s.bindHandle(claims, peer, req)
	if err == nil {
		err = s.mayUse(ctx, h)
	}
	if err == nil {
		err = s.callsLeft(ctx, h)
	}
	if err != nil {
		return nil, s.refuseUse(ctx, "handle.refused", h, err)
	}
	return &vaultinternalv1.IssueHandleResponse{Handle: s.mint(h), ExpireTime: timestamppb.New(h.expires())}, nil
}

// bindHandle says what the handle would be for. It always returns one, for the
// audit, and an error if the run grant does not allow it.
func (s *InternalHandlers) bindHandle(c *grant.Claims, peer string, req *vaultinternalv1.IssueHandleRequest) (*handle, error) {
	expires := s.now().Add(handleLife)
	if c.Expires().Before(expires) {
		expires = c.Expires()
	}
	h := &handle{
		Run: c.Run, Step: req.GetStep(), Field: req.GetField(), Attempt: int64(req.GetAttempt()), Workspace: c.Workspace,
		ChargedKey: c.ChargedKey, Link: c.Share, Peer: peer, Calls: 1, Expiry: expires.UnixMilli(),
	}
	slot, ok := c.Slot(h.Step, h.Field)
	if !ok {
		return h, grant.Invalid(errors.New("no such slot"))
	}
	h.Destination = slot.Destination
	if h.Attempt > int64(c.Limits.Attempts) {
		return h, errs.ResourceExhausted(errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED,
			"the step has used all of the %d calls that it may make in one run", c.Limits.Attempts).With("step", h.Step)
	}
	if slot.Input != "" {
		h.Input, h.Provider, h.SlotKind, h.SlotName, h.SlotPrefix = slot.Input, slot.Provider, slot.SlotKind, slot.SlotName, slot.SlotPrefix
		return h, nil
	}
	h.Credential = slot.Credential
	if c.Share != "" {
		h.Share, h.VersionHash = c.Share, c.VersionHash
		return h, nil
	}
	owner, err := s.assertions.Authority(c.Authority, c.Workspace, c.Issued())
	if err != nil {
		return h, grant.Invalid(err)
	}
	h.Owner = owner
	return h, nil
}

// mayUse checks the rights that a handle rests on, as they are now (no older
// than recent.MaxAge). On a handle that is being made it fills in which version of
// the credential it is for; on one that is used, that must still be the one.
func (s *InternalHandlers) mayUse(ctx context.Context, h *handle) error {
	if err := s.runs.Alive(ctx, h.Run); err != nil {
		return err
	}
	for _, name := range []string{h.ChargedKey, h.Owner} {
		if name == "" {
			continue
		}
		if err := s.keys.Alive(ctx, name); err != nil {
			return err
		}
	}
	if h.Input != "" {
		return nil
	}
	c, err := s.credentials.Current(ctx, h.Credential)
	if err != nil {
		return err
	}
	switch {
	case c == nil || (h.UID != "" && h.UID != c.UID):
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
			"the credential of step %s is not there any more", h.Step).With("step", h.Step)
	case !slices.Contains(c.Hosts, h.Destination):
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED,
			"the credential of step %s may not go to %s", h.Step, h.Destination).With("step", h.Step)
	case h.Version != 0 && h.Version != c.Version:
		return handleInvalid(errors.New("the credential has a new version"))
	}
	h.UID, h.Version = c.UID, c.Version
	if h.Share == "" {
		return nil
	}
	if _, err = s.coveringGrant(ctx, h); err == nil && c.Exposed {
		return revocation.Paused() // until it has a new value
	}
	return err
}

// coveringGrant finds the grant by which the owner opened this very slot.
func (s *InternalHandlers) coveringGrant(ctx context.Context, h *handle) (*credentialgrants.Grant, error) {
	g, err := s.grants.Current(ctx, h.Workspace, h.Share)
	if err != nil {
		return nil, err
	}
	if g == nil || g.Workspace != h.Workspace {
		return nil, grant.Invalid(errors.New("no credential grant covers this slot"))
	}
	_, id, _ := resource.Split(h.Credential, "credentials")
	granted, ok := g.Slot(h.VersionHash, h.Step, h.Field)
	switch {
	case !ok || granted.Credential != id || granted.Destination != h.Destination:
		return nil, grant.Invalid(errors.New("no credential grant covers this slot"))
	case g.SuspendTime.Valid:
		return nil, s.stoppedFor(ctx, h)
	case granted.UID != h.UID:
		// A credential that is another one than was granted waits for its owner.
		return nil, revocation.Paused()
	}
	return g, nil
}

// callsLeft refuses early what the count at use would refuse. It may be behind by
// recent.MaxAge: the count at use is what decides.
func (s *InternalHandlers) callsLeft(ctx context.Context, h *handle) error {
	q, err := s.quotaOf(ctx, h)
	if err != nil || q == nil {
		return err
	}
	return s.grants.Left(ctx, *q)
}

// quotaOf is the credential grant's limit; nil where there is none.
func (s *InternalHandlers) quotaOf(ctx context.Context, h *handle) (*credentialgrants.Quota, error) {
	if h.Share == "" {
		return nil, nil
	}
	g, err := s.coveringGrant(ctx, h)
	if err != nil {
		return nil, err
	}
	return s.grants.Quota(g), nil
}

// stoppedFor is the error of a handle of a suspended share. The run that was the reason tries its provider again,
// as after any failure, and gets the same error.
func (s *InternalHandlers) stoppedFor(ctx context.Context, h *handle) error {
	p, err := s.memory.SuspensionOf(ctx, h.Workspace, h.Share)
	switch {
	case err != nil:
		return err
	case p != nil && p.Run == h.Run:
		return withholding.ProviderFailed()
	default:
		return revocation.Paused()
	}
}
