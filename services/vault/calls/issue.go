package calls

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
)

// IssueHandle makes a handle for one attempt of a step. It checks everything that Egress checks again, so that a
// runner learns early, and writes nothing.
func (s *InternalHandlers) IssueHandle(ctx context.Context, req *vaultinternalv1.IssueHandleRequest) (*vaultinternalv1.IssueHandleResponse, error) {
	peer := caller.Peer(ctx)
	claims, err := grant.Verify(s.verifier, req.GetGrant(), peer, s.now())
	if err != nil {
		s.refused.WithLabelValues("grant").Inc()
		return nil, err
	}
	h, err := s.newHandle(claims, peer, req)
	if err == nil {
		err = s.checkRights(ctx, h)
	}
	if err == nil {
		err = s.checkCallsLeft(ctx, h)
	}
	if err != nil {
		return nil, s.auditRefusal(ctx, h, err)
	}
	return &vaultinternalv1.IssueHandleResponse{Handle: s.mint(h), ExpireTime: timestamppb.New(h.expires())}, nil
}

// newHandle makes the handle that a request asks for. It returns one even with an error, for the audit log.
func (s *InternalHandlers) newHandle(c *grant.Claims, peer string, req *vaultinternalv1.IssueHandleRequest) (*handle, error) {
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
			"the step has used all of the %d calls that it may make in one run; send fewer elements in one run", c.Limits.Attempts).With("step", h.Step)
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

// checkCallsLeft refuses early a call that the count in beginCall would refuse. Its count may be recent.MaxAge
// old, so it may let a call through that beginCall refuses.
func (s *InternalHandlers) checkCallsLeft(ctx context.Context, h *handle) error {
	q, err := s.quotaOf(ctx, h)
	if err != nil || q == nil {
		return err
	}
	return s.grants.Left(ctx, *q)
}
